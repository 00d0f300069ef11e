using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Training.Stages;

/// <summary>Opens the files of published dictionaries: index, decoder and model.</summary>
internal sealed class UnitFiles(DataFolder folder)
{
    /// <summary>Whether a dictionary is finished and all its files are here.</summary>
    public bool Has(DictionaryInfo dictionary) =>
        dictionary.Forming is null && File.Exists(folder.Index(dictionary))
        && File.Exists(Path.Combine(folder.Model(dictionary), TransformerModel.WeightsFile)) && Directory.Exists(folder.Corpus(dictionary.Provenance.CorpusHash));

    /// <summary>Opens them.</summary>
    public OpenUnits Open(DictionaryInfo dictionary)
    {
        FileOrigins.Demand(folder, dictionary);
        bool[] occurs;
        using (var corpus = TokenizedCorpus.Open(folder.Corpus(dictionary.Provenance.CorpusHash)))
        {
            occurs = [.. corpus.UnigramCounts.Select(static count => count > 0)];
        }

        var index = ActivationIndex.Open(folder.Index(dictionary));
        var model = TransformerModel.Load(folder.Model(dictionary));
        var decoder = dictionary.AreNeurons
            ? NeuronEncoder.Identity(model.Config.DMlp)
            : SparseAutoencoder.Load(folder.Dictionary(dictionary));
        return new OpenUnits(new RelatedUnits(index, decoder, model, occurs, dictionary.AreNeurons) { Gain = dictionary.Metrics.MeanGain ?? 1 });
    }
}
