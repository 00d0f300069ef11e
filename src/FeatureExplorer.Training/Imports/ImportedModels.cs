using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>Runs on imported models: nothing of the model or its text is made, so that what the model is decides those settings.</summary>
/// <param name="database">Where models are published.</param>
public sealed class ImportedModels(FeatureDatabase database)
{
    /// <summary>The model of a run, where it was imported with its weights; otherwise null.</summary>
    public ModelInfo? Of(RunConfiguration run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new FeatureStore(database).Models().FirstOrDefault(model => model.Name == run.Model && model.Origin is not null);
    }

    /// <summary>The run with the sizes, the text and the tokens of the imported model that it names; as it is where it names none.</summary>
    /// <exception cref="ArgumentException">It asks for other text, or for a control.</exception>
    public RunConfiguration Apply(RunConfiguration run)
    {
        if (Of(run) is not { } model)
        {
            return run with { Imported = null };
        }

        if (run.Corpus.Count > 0 || run.Keep.Length > 0)
        {
            throw new ArgumentException($"{model.Name} was imported with its text, {model.CorpusSummary}, and its dictionaries are trained on that: leave the corpus and the mixture out, or import the model once more with other text.");
        }

        if (run.Control is not null)
        {
            throw new ArgumentException($"{model.Name} was imported: controls are made of models that are trained here.");
        }

        var tokens = new ContextStage(database.Folder, static _ => { }).Limit(model.CorpusHash, run.IndexTokens);
        return run with
        {
            Imported = model.Origin!.Weights,
            IndexTokens = tokens,
            Transformer = run.Transformer with
            {
                Layers = model.Layers,
                DModel = model.DModel,
                DMlp = model.DMlp,
                Heads = model.Heads,
                Context = model.Context,
                Vocabulary = model.Vocabulary,
            },
        };
    }

    /// <summary>What decides a dictionary on it, beside its own settings.</summary>
    public static string Fingerprint(TokenizedCorpus corpus, string weights)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        return StageRecord.Fingerprint("imported", weights, corpus.Hash);
    }

    /// <summary>The sizes and architecture of the model of a run.</summary>
    public TransformerConfig Config(ModelInfo model) => TransformerModel.ReadConfig(database.Folder.Model(model));
}
