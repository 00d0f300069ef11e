using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Dictionaries;

namespace FeatureExplorer.Tests.Analysis.Relations;

/// <summary>The features of the small analysis and the neurons of its model, as units to be compared.</summary>
public sealed class SmallRelations : IDisposable
{
    private readonly SparseAutoencoder _identity = NeuronEncoder.Identity(SmallAnalysis.Inputs);

    public SmallRelations()
    {
        Analysis = new SmallAnalysis();
        bool[] occurs = [.. Analysis.Corpus.UnigramCounts.Select(count => count > 0)];
        var path = Path.Combine(Analysis.Corpus.Folder, "neurons.bin");
        using (var encoder = new NeuronEncoder(Analysis.Model))
        {
            ActivationIndexBuilder.Build(path, Analysis.Corpus.HeldOut, long.MaxValue, encoder, Analysis.Index.Header with { Dictionary = "neurons" });
        }

        Features = new RelatedUnits(Analysis.Index, Analysis.Dictionary, Analysis.Model, occurs, false);
        Neurons = new RelatedUnits(ActivationIndex.Open(path), _identity, Analysis.Model, occurs, true);
    }

    public SmallAnalysis Analysis { get; }

    public RelatedUnits Features { get; }

    public RelatedUnits Neurons { get; }

    public void Dispose()
    {
        Neurons.Index.Dispose();
        _identity.Dispose();
        Analysis.Dispose();
    }
}
