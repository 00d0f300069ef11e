using System.Globalization;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>Counts where a feature's activations come from, in one pass over them.</summary>
public static class FeatureOriginsCounter
{
    private const int Shown = 10;
    private const int BetweenLooks = 1 << 16;

    /// <summary>The origins of a feature, or null when it never fires.</summary>
    /// <param name="index">The dictionary's activations.</param>
    /// <param name="heldOut">The tokens that the index covers.</param>
    /// <param name="counts">What they are made of.</param>
    /// <param name="feature">The feature.</param>
    /// <param name="top">Its top examples, for the single-token test.</param>
    /// <param name="cancellation">Stops the count.</param>
    public static FeatureOrigins? Of(
        ActivationIndex index, TokenStore heldOut, CorpusCounts counts, int feature, IReadOnlyList<Example> top, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(top);
        var positions = index.Positions(feature);
        if (positions.IsEmpty)
        {
            return null;
        }

        var groups = new Groups(counts);
        var (sum, squares) = groups.Add(positions, index.Values(feature), heldOut, cancellation);
        // Σ(f − mean)², over all tokens: the zeros count.
        var variance = squares - (sum * sum / counts.Total);
        // A constant's variance is 0 up to rounding: nothing is there to explain.
        variance = variance > 1e-12 * squares ? variance : double.PositiveInfinity;
        double Explained(Tally tally, long[] sizes) => tally.BetweenGroups(sizes, sum, counts.Total) / variance;

        return new FeatureOrigins(
            positions.Length,
            Largest(groups.Tokens, counts.Tokens),
            groups.Tokens.Counts.Count(static count => count > 0),
            Largest(groups.Previous, counts.Previous),
            [.. Enumerable.Range(0, CorpusCounts.PositionBins).Where(bin => counts.Positions[bin] > 0)
                .Select(bin => new GroupShare(PositionName(bin), groups.Positions.Counts[bin], groups.Positions.Mass[bin], counts.Positions[bin]))],
            [.. Enumerable.Range(0, counts.Domains.Length).Where(domain => groups.Domains.Counts[domain] > 0)
                .OrderByDescending(domain => groups.Domains.Counts[domain]).ThenBy(static domain => domain)
                .Select(domain => new GroupShare(domain < heldOut.Domains.Count ? heldOut.Domains[domain] : null, groups.Domains.Counts[domain], groups.Domains.Mass[domain], counts.Domains[domain]))],
            Explained(groups.Tokens, counts.Tokens),
            Explained(groups.Previous, counts.Previous),
            Explained(groups.Domains, counts.Domains),
            Explained(groups.Positions, counts.Positions),
            Single(top, counts, groups.Tokens, sum, variance));
    }

    private static TokenShare[] Largest(Tally tally, long[] occurrences) =>
        [.. Enumerable.Range(0, tally.Counts.Length).Where(token => tally.Counts[token] > 0)
            .OrderByDescending(token => tally.Counts[token]).ThenBy(static token => token).Take(Shown)
            .Select(token => new TokenShare(token, tally.Counts[token], tally.Mass[token], occurrences[token]))];

    private static string PositionName(int bin)
    {
        var (first, last) = (CorpusCounts.PositionBinStart(bin), CorpusCounts.PositionBinStart(bin + 1) - 1);
        return bin == CorpusCounts.PositionBins - 1 ? string.Create(CultureInfo.InvariantCulture, $"{first}+")
            : first == last ? first.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{first}–{last}");
    }

    private static SingleToken Single(IReadOnlyList<Example> top, CorpusCounts counts, Tally tokens, double sum, double variance)
    {
        var best = 0;
        for (var token = 1; token < tokens.Mass.Length; token++)
        {
            best = tokens.Mass[token] > tokens.Mass[best] ? token : best;
        }

        var occurrences = (double)counts.Tokens[best];
        var covariance = tokens.Mass[best] - (sum * occurrences / counts.Total);
        var indicator = occurrences - (occurrences * occurrences / counts.Total);
        return new SingleToken(best, SingleTokenTest.Of(top), indicator > 0 ? covariance * covariance / (indicator * variance) : 0);
    }

    /// <summary>Number and sum of activations by group.</summary>
    private sealed class Tally(int groups)
    {
        public long[] Counts { get; } = new long[groups];

        public double[] Mass { get; } = new double[groups];

        public void Add(int group, double value)
        {
            Counts[group]++;
            Mass[group] += value;
        }

        /// <summary>Σ over groups of n (mean in the group − mean)², with n its tokens, fire or not.</summary>
        public double BetweenGroups(long[] sizes, double sum, long tokens)
        {
            var between = -sum * sum / tokens;
            // Tokens that no group has make one of their own.
            var (restSize, restMass) = (tokens, sum);
            for (var group = 0; group < Mass.Length; group++)
            {
                if (sizes[group] > 0)
                {
                    between += Mass[group] * Mass[group] / sizes[group];
                    restSize -= sizes[group];
                    restMass -= Mass[group];
                }
            }

            return Math.Max(0, between + (restSize > 0 ? restMass * restMass / restSize : 0));
        }
    }

    private sealed class Groups(CorpusCounts counts)
    {
        public Tally Tokens { get; } = new(counts.Vocabulary);

        public Tally Previous { get; } = new(counts.Vocabulary);

        public Tally Domains { get; } = new(counts.Domains.Length);

        public Tally Positions { get; } = new(CorpusCounts.PositionBins);

        /// <summary>Adds every activation; gives Σf and Σf².</summary>
        public (double Sum, double Squares) Add(ReadOnlySpan<uint> positions, ReadOnlySpan<Half> values, TokenStore heldOut, CancellationToken cancellation)
        {
            var ids = heldOut.Tokens;
            double sum = 0, squares = 0;
            int document = -1, domain = 0;
            long start = 0, end = 0;
            for (var i = 0; i < positions.Length; i++)
            {
                if (i % BetweenLooks == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }

                double value = (float)values[i];
                long position = positions[i];
                if (position >= end)
                {
                    document = heldOut.DocumentAt(position);
                    (start, end) = (heldOut.DocumentStart(document), heldOut.DocumentEnd(document));
                    domain = counts.DomainSlot(heldOut.DomainOf(document));
                }

                sum += value;
                squares += value * value;
                Tokens.Add(ids[position], value);
                Domains.Add(domain, value);
                Positions.Add(CorpusCounts.PositionBin(position - start), value);
                if (position > start)
                {
                    Previous.Add(ids[position - 1], value);
                }
            }

            return (sum, squares);
        }
    }
}
