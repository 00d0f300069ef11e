using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>Steers with every live feature of a dictionary that has a best context, and stores how far each moves text into it.</summary>
/// <param name="database">Where the dictionary is published.</param>
public sealed class SteerStage(FeatureDatabase database)
{
    private const int LongestPrompt = 1000;

    /// <summary>Steers, in the place of what was measured before.</summary>
    /// <param name="dictionary">The dictionary, or a model's neurons.</param>
    /// <param name="prompt">What the model goes on with.</param>
    /// <param name="strength">Multiple of each feature's largest activation.</param>
    /// <param name="options">How samples are drawn.</param>
    /// <param name="progress">Hears of it.</param>
    /// <param name="cancellation">Ends it; what was measured before stays then.</param>
    /// <returns>The effects, furthest moved first.</returns>
    /// <exception cref="InvalidDataException">The dictionary has no contexts, or the prompt does not fit.</exception>
    /// <exception cref="IOException">A file that it needs is missing.</exception>
    public IReadOnlyList<SteeringEffect> Run(
        DictionaryInfo dictionary, string prompt, double strength, SteeringOptions options, StageProgress progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        progress.Begin($"Steering with the features of {dictionary.Id}");
        var tasks = Tasks(dictionary);
        if (tasks.Count == 0)
        {
            throw new InvalidDataException($"No live feature of {dictionary.Id} has a best context: there is nothing to steer towards.");
        }

        var folder = database.Folder;
        FileOrigins.Demand(folder, dictionary);
        using var corpus = TokenizedCorpus.Open(folder.Corpus(dictionary.Provenance.CorpusHash));
        var model = TransformerModel.Load(folder.Model(dictionary));
        var encoder = dictionary.AreNeurons ? NeuronEncoder.Identity(model.Config.DMlp) : SparseAutoencoder.Load(folder.Dictionary(dictionary));
        using var runner = new TextRunner(TokenizerFiles.Load(folder.Tokenizer(dictionary)), model, encoder, LineEnds.Of(corpus));
        var tokens = runner.Tokens(prompt, LongestPrompt);
        if (tokens.Length + options.Tokens > runner.Window)
        {
            throw new InvalidDataException($"The prompt has {Wording.Counted(tokens.Length, "token")}; with {options.Tokens} more it does not fit the model's context of {runner.Window}. Shorten it, or ask for fewer tokens.");
        }

        using var survey = new SteeringSurvey(runner, corpus);
        var effects = survey.Run(tasks, tokens, strength, options, progress.Fractions(), cancellation);
        new SteeringStore(database).Save(dictionary, effects);
        progress.End(Wording.Counted(effects.Count, "feature"));
        return [.. effects.OrderByDescending(static effect => effect.Moved).ThenBy(static effect => effect.Feature)];
    }

    private List<SteeringTask> Tasks(DictionaryInfo dictionary) =>
        [.. new FeatureStore(database).Summaries(dictionary, Enumerable.Range(0, dictionary.Features)).Values.Where(static f => f.State == FeatureState.Live)
            .OrderBy(static f => f.Index)
            .Select(f => dictionary.FindContext(f.BestContext) is { } context ? new SteeringTask(f.Index, (float)f.Max, context) : null)
            .OfType<SteeringTask>()];
}
