using FeatureExplorer.Analysis.Contexts;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Counts what is told of a dictionary as a whole while its features pass by on their way into the database.</summary>
public sealed class FeatureTally
{
    /// <summary>The spectrum's first edge: below the density of one activation in a hundred million tokens.</summary>
    private const int LowestDecade = -8;

    private const int BinsPerDecade = 8;

    private readonly long[] _spectrum = new long[-LowestDecade * BinsPerDecade];
    private readonly Dictionary<string, ContextDetector> _best = [];
    private readonly SurveyBuilder _survey = new();

    public int Features { get; private set; }

    public int Dead { get; private set; }

    public int Ultralow { get; private set; }

    /// <summary>Counts one feature.</summary>
    public void Add(FeatureReport report)
    {
        Features++;
        _survey.Add(report);
        if (report.State == FeatureState.Dead)
        {
            Dead++;
            return;
        }

        Ultralow += report.State == FeatureState.Ultralow ? 1 : 0;
        _spectrum[Bin(report.Density)]++;
        foreach (var score in report.Contexts)
        {
            if (!_best.TryGetValue(score.Context, out var best) || score.Pearson > best.Pearson)
            {
                _best[score.Context] = new ContextDetector(report.Index, score.Pearson, score.Specificity, score.Recall);
            }
        }
    }

    /// <summary>Takes over best features that were found over all contexts of all features.</summary>
    public void Replace(IReadOnlyList<ContextBest> best)
    {
        foreach (var context in best.Where(b => b.Feature >= 0))
        {
            _best[context.Name] = new ContextDetector(context.Feature, context.Pearson, context.Specificity, context.Recall);
        }
    }

    /// <summary>What holds of all features taken together.</summary>
    public DictionarySurvey Survey() => _survey.Build();

    /// <summary>Features by log10 density, eight bins a decade.</summary>
    public Histogram DensitySpectrum()
    {
        var edges = Enumerable.Range(0, _spectrum.Length + 1).Select(i => LowestDecade + ((float)i / BinsPerDecade));
        return new Histogram([.. edges], [.. _spectrum]);
    }

    /// <summary>Best feature and neuron of each context.</summary>
    public IReadOnlyList<ContextSummary> Summaries(
        IReadOnlyList<ContextInfo> contexts, IReadOnlyDictionary<string, ContextDetector> bestNeurons) =>
        [.. contexts.Select(c => new ContextSummary(c, _best.GetValueOrDefault(c.Name), bestNeurons.GetValueOrDefault(c.Name)))];

    private int Bin(double density)
    {
        var bin = (int)Math.Ceiling((Math.Log10(density) - LowestDecade) * BinsPerDecade) - 1;
        return Math.Clamp(bin, 0, _spectrum.Length - 1);
    }
}
