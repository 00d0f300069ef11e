using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>
/// Everything that pages show about the features of a dictionary, from its activation index, the tokens, the contexts and the weights.
/// Features are independent of each other: the reports are the same for any number of threads.
/// </summary>
public sealed unsafe class FeatureAnalyzer
{
    private const int FeaturesPerBatch = 64;

    private readonly ActivationIndex _index;
    private readonly ContextSet _contexts;
    private readonly SparseAutoencoder _dictionary;
    private readonly TransformerModel _model;
    private readonly Site _site;
    private readonly bool[] _occurs;
    private readonly PerThread<FeatureStatistics> _statistics;
    private readonly ContextBest?[] _best;

    /// <param name="index">The dictionary's activations.</param>
    /// <param name="heldOut">The tokens that the index covers.</param>
    /// <param name="contexts">Contexts over the same tokens.</param>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="model">The model that it reads.</param>
    /// <param name="unigramCounts">[V] tokens of the training split by id.</param>
    /// <param name="site">Where the dictionary's directions lie; null: where it says itself, or the neurons of the last layer.</param>
    /// <exception cref="ArgumentException">The parts do not belong together.</exception>
    public FeatureAnalyzer(
        ActivationIndex index, TokenStore heldOut, ContextSet contexts, SparseAutoencoder dictionary, TransformerModel model, IReadOnlyList<long> unigramCounts,
        Site? site = null)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(contexts);
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(unigramCounts);
        ContextMatch.Check(index, contexts);
        _site = site ?? dictionary.OutputSite ?? Site.Default(model.Config);
        Check(index, heldOut, dictionary, model, _site, unigramCounts.Count);
        _index = index;
        _contexts = contexts;
        _dictionary = dictionary;
        _model = model;
        _occurs = [.. unigramCounts.Select(static count => count > 0)];
        _statistics = new PerThread<FeatureStatistics>(() => new FeatureStatistics(index, heldOut, contexts, dictionary, _occurs));
        _best = new ContextBest?[contexts.Contexts.Count];
    }

    /// <summary>The best feature of each context among the reports made so far: of the dictionary, once all have been read.</summary>
    public IReadOnlyList<ContextBest> BestOfContexts =>
        [.. _best.Select((best, context) => best ?? new ContextBest(_contexts.Contexts[context].Name, -1, 0, 0, 0))];

    /// <summary>One report per feature, in order, made batch by batch while they are read.</summary>
    public IEnumerable<FeatureReport> Analyze(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        Array.Clear(_best);
        for (var first = 0; first < _index.Features; first += FeaturesPerBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = AnalyzeBatch(first, Math.Min(FeaturesPerBatch, _index.Features - first));
            foreach (var report in batch)
            {
                yield return report;
            }

            progress?.Report((double)(first + batch.Length) / _index.Features);
        }
    }

    private FeatureReport[] AnalyzeBatch(int first, int count)
    {
        var vocabulary = _model.Config.VocabularySize;
        using var logitWeights = new FloatBuffer((long)count * vocabulary);
        LogitWeights.Of(_model, _dictionary.WDec.Pointer + ((long)first * _dictionary.Outputs), count, logitWeights.Pointer, _occurs, _site);
        var statistics = _statistics.Prepare();
        var results = new (FeatureReport Report, IReadOnlyList<ContextScore> Scores)[count];
        WorkerPool.For(count, (task, thread) =>
            results[task] = statistics[thread].Of(first + task, logitWeights.Span((long)task * vocabulary, vocabulary)));
        foreach (var (report, scores) in results)
        {
            Compare(report.Index, scores);
        }

        return [.. results.Select(static result => result.Report)];
    }

    private void Compare(int feature, IReadOnlyList<ContextScore> scores)
    {
        foreach (var score in scores)
        {
            var context = _contexts.IndexOf(score.Context);
            if (_best[context] is not { } best || score.Pearson > best.Pearson)
            {
                _best[context] = new ContextBest(score.Context, feature, score.Pearson, score.Specificity, score.Recall);
            }
        }
    }

    private static void Check(ActivationIndex index, TokenStore heldOut, SparseAutoencoder dictionary, TransformerModel model, Site site, int vocabulary)
    {
        site.Check(model.Config);
        if (index.Features != dictionary.Features || index.Tokens > heldOut.Count
            || dictionary.Outputs != site.Width(model.Config) || vocabulary != model.Config.VocabularySize)
        {
            throw new ArgumentException(
                $"The index ({index.Features} features, {index.Tokens} tokens), the dictionary ({dictionary.Features} features with directions of {dictionary.Outputs} numbers), "
                + $"the model ({site.Width(model.Config)} activations at {site}, {model.Config.VocabularySize} tokens), the held-out split ({heldOut.Count} tokens) and the token counts "
                + $"({vocabulary} tokens) do not belong together. Build the index again from this model and this dictionary.",
                nameof(index));
        }
    }
}
