using System.Numerics;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>How well every feature of a dictionary correlates with every context: the numbers behind a list of features by context.</summary>
public sealed class ContextScoreTable
{
    private const int FeaturesPerTask = 16;

    private readonly Dictionary<string, double[]> _scores;

    private ContextScoreTable(Dictionary<string, double[]> scores) => _scores = scores;

    /// <summary>Pearson correlation by feature, for one context; NaN where the feature is not known to fire inside. Null for a context that is not in the table.</summary>
    public IReadOnlyList<double>? this[string context] => _scores.GetValueOrDefault(context);

    /// <summary>Counts them over all activations, each feature on one thread.</summary>
    public static ContextScoreTable Of(ActivationIndex index, ContextSet contexts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(contexts);
        ContextMatch.Check(index, contexts);
        var table = Empty(contexts.Contexts, index.Features);
        var columns = contexts.Contexts.Select(context => table._scores[context.Name]).ToArray();
        WorkerPool.For((index.Features + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var (positions, values) = (Array.Empty<uint>(), Array.Empty<Half>());
            var mass = new double[ContextSet.MaximumContexts];
            for (var feature = task * FeaturesPerTask; feature < Math.Min((task + 1) * FeaturesPerTask, index.Features); feature++)
            {
                Count(index, contexts, feature, ref positions, ref values, mass, columns);
            }
        });
        return table;
    }

    /// <summary>The same from reports, which keep each feature's strongest contexts: for dictionaries whose index is not here.</summary>
    public static ContextScoreTable Of(IReadOnlyList<ContextInfo> contexts, int features, IEnumerable<FeatureReport> reports)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        ArgumentNullException.ThrowIfNull(reports);
        var table = Empty(contexts, features);
        foreach (var report in reports)
        {
            foreach (var score in report.Contexts)
            {
                if (report.Index < features && table._scores.TryGetValue(score.Context, out var column))
                {
                    column[report.Index] = score.Pearson;
                }
            }
        }

        return table;
    }

    private static ContextScoreTable Empty(IReadOnlyList<ContextInfo> contexts, int features)
    {
        var scores = new Dictionary<string, double[]>();
        foreach (var context in contexts)
        {
            var column = new double[features];
            column.AsSpan().Fill(double.NaN);
            scores[context.Name] = column;
        }

        return new ContextScoreTable(scores);
    }

    private static void Count(
        ActivationIndex index, ContextSet contexts, int feature, ref uint[] room, ref Half[] scratch, double[] mass, double[][] columns)
    {
        var count = index.Count(feature);
        if (count == 0)
        {
            return;
        }

        room = room.Length < count ? new uint[count + (count / 4)] : room;
        var positions = index.Positions(feature, room.AsSpan(0, count));
        var values = index.ReadValues(feature, ref scratch);
        var members = contexts.MemberBits();
        Array.Clear(mass);
        var any = 0UL;
        double sum = 0, squares = 0;
        for (var i = 0; i < values.Length; i++)
        {
            double value = (float)values[i];
            sum += value;
            squares += value * value;
            var inside = members[positions[i]];
            any |= inside;
            for (var left = inside; left != 0; left &= left - 1)
            {
                mass[BitOperations.TrailingZeroCount(left)] += value;
            }
        }

        for (var left = any; left != 0; left &= left - 1)
        {
            var context = BitOperations.TrailingZeroCount(left);
            columns[context][feature] = Agreement.Pearson(sum, squares, mass[context], contexts.MemberCount(context), contexts.Tokens);
        }
    }
}
