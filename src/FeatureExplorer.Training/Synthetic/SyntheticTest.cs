using System.Diagnostics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries.Planted;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Training.Synthetic;

/// <summary>Trains the dictionaries of a test on planted activations and compares each with what was planted.</summary>
/// <param name="time">For the time of creation.</param>
/// <param name="backend">Where they are trained; null: the CPU engine.</param>
public sealed class SyntheticTest(TimeProvider time, IComputeBackend? backend = null)
{
    // The search begins where a recipe keeps too many features active: λ that are somewhat too small often match the most.
    private const float FirstShare = 4;

    /// <summary>Runs it to the end.</summary>
    /// <param name="settings">What to plant and to train.</param>
    /// <param name="finished">Told of every dictionary that is done.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <exception cref="ArgumentException">The settings do not work.</exception>
    public SyntheticReport Run(SyntheticSettings settings, Action<SyntheticRow>? finished = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException("The test's settings do not work. " + string.Join(" ", problems));
        }

        var truth = new PlantedDictionary(settings.Planted);
        var rows = new List<SyntheticRow>();
        foreach (var (options, seeksLambda) in settings.Dictionaries)
        {
            if (seeksLambda)
            {
                rows.AddRange(Trials(settings, options, Measure));
            }
            else
            {
                rows.Add(Measure(options));
            }
        }

        return new SyntheticReport(settings, rows, time.GetUtcNow().UtcDateTime, typeof(SyntheticTest).Assembly.GetName().Version!.ToString(3));

        SyntheticRow Measure(DictionaryOptions options)
        {
            var row = Row(truth, settings, options, cancellation);
            finished?.Invoke(row);
            return row;
        }
    }

    /// <summary>The dictionaries of the λ that were tried, by λ.</summary>
    private static IEnumerable<SyntheticRow> Trials(SyntheticSettings settings, DictionaryOptions options, Func<DictionaryOptions, SyntheticRow> measure)
    {
        var trials = new SortedDictionary<float, SyntheticRow>();
        var nearest = LambdaSearch.Find(options.Lambda / FirstShare, settings.Planted.MeanActive, lambda => (trials[lambda] = measure(options with { Lambda = lambda })).L0);
        var best = trials.MaxBy(static trial => trial.Value.Matched).Key;
        return trials.Select(trial => trial.Value with { IsNearestL0 = trial.Key == nearest, IsBestMatch = trial.Key == best, IsTrial = trial.Key != nearest && trial.Key != best });
    }

    private SyntheticRow Row(PlantedDictionary truth, SyntheticSettings settings, DictionaryOptions options, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var trainer = new DictionaryTrainer(new PlantedActivations(truth), options, backend);
        using var dictionary = trainer.Train(cancellation: cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        // Training reads the samples of its start and of resampling besides: fewer than as many again as its steps take.
        var compared = PlantedComparison.Of(truth, dictionary, 2 * options.Steps * options.Batch, settings.ComparedVectors, cancellation);
        return new SyntheticRow(
            options.Variant, RunChoices.FixesK(options.Variant) ? options.K : options.Lambda, options.Features, compared.L0, compared.ExplainedVariance, compared.Dead,
            compared.Count(PlantedOutcome.Matched), compared.Count(PlantedOutcome.Split), compared.Count(PlantedOutcome.Merged), compared.Count(PlantedOutcome.Missed),
            compared.MeanBestCosine, seconds)
        {
            Planted = compared.Features,
        };
    }
}
