using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>Finds the activations of a feature that a reader asks for: exactly, over all of them.</summary>
public sealed class ActivationExplorer
{
    private const int TokensShown = 12;
    private const int BetweenLooks = 4096;

    private readonly ActivationIndex _index;
    private readonly TokenStore _heldOut;
    private readonly CorpusCounts _counts;
    private readonly int _feature;

    /// <param name="index">The dictionary's activations.</param>
    /// <param name="heldOut">The tokens that the index covers.</param>
    /// <param name="counts">How often each token occurs among them.</param>
    /// <param name="feature">The feature.</param>
    public ActivationExplorer(ActivationIndex index, TokenStore heldOut, CorpusCounts counts, int feature)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(counts);
        (_index, _heldOut, _counts, _feature) = (index, heldOut, counts, feature);
    }

    /// <summary>One page of the selected activations. Pages past the last one show the last that has any.</summary>
    /// <param name="selection">Which, and in which order.</param>
    /// <param name="cancellation">Stops the search.</param>
    public SelectedActivations Select(ActivationSelection selection, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(selection);
        var (positions, values, inRange, tokens) = Filter(selection, cancellation);
        var order = InOrder(positions, values, selection);
        var windows = new ExampleWindows(_index, _heldOut);
        var fold = new Fold(windows, _heldOut);
        var wanted = Math.Clamp(selection.Page, 1, ActivationSelection.MostPages) * ActivationSelection.PageSize;
        foreach (var (looked, position) in order.Index())
        {
            if (looked % BetweenLooks == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            if (fold.Shown.Count == wanted)
            {
                // Whether anything comes after this page: the first that does not repeat what is shown.
                if (fold.IsNew(position))
                {
                    return Result(selection, positions.Length, values, inRange, tokens, fold, windows, more: true);
                }
            }
            else
            {
                fold.TryAdd(position);
            }
        }

        return Result(selection, positions.Length, values, inRange, tokens, fold, windows, more: false);
    }

    private SelectedActivations Result(
        ActivationSelection selection, int count, Half[] values, int inRange, List<TokenShare> tokens, Fold fold, ExampleWindows windows, bool more)
    {
        var pages = Math.Max(1, (fold.Shown.Count + ActivationSelection.PageSize - 1) / ActivationSelection.PageSize);
        var page = Math.Min(Math.Clamp(selection.Page, 1, ActivationSelection.MostPages), pages);
        var shown = fold.Shown.Skip((page - 1) * ActivationSelection.PageSize).Take(ActivationSelection.PageSize);
        double mass = 0;
        foreach (var value in values)
        {
            mass += (float)value;
        }

        return new SelectedActivations(
            count, mass, inRange, [.. tokens.Take(TokensShown)], tokens.Count, page, more && page < ActivationSelection.MostPages,
            [.. shown.Select(position => windows.At(_feature, position, _heldOut.DocumentAt(position)))], fold.Folded);
    }

    /// <summary>The selected activations in the order of the text, and the whole range by token.</summary>
    private (uint[] Positions, Half[] Values, int InRange, List<TokenShare> Tokens) Filter(ActivationSelection selection, CancellationToken cancellation)
    {
        var positions = _index.Positions(_feature);
        var values = _index.Values(_feature);
        var ids = _heldOut.Tokens;
        var counts = new int[_counts.Vocabulary];
        var mass = new double[_counts.Vocabulary];
        var chosenPositions = new List<uint>();
        var chosenValues = new List<Half>();
        var inRange = 0;
        for (var i = 0; i < positions.Length; i++)
        {
            if (i % BetweenLooks == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            var value = (float)values[i];
            if (value > selection.From && value <= selection.To)
            {
                var token = ids[positions[i]];
                inRange++;
                counts[token]++;
                mass[token] += value;
                if (selection.Token is null || selection.Token == token)
                {
                    chosenPositions.Add(positions[i]);
                    chosenValues.Add(values[i]);
                }
            }
        }

        var tokens = Enumerable.Range(0, counts.Length).Where(token => counts[token] > 0)
            .OrderByDescending(token => counts[token]).ThenBy(static token => token)
            .Select(token => new TokenShare(token, counts[token], mass[token], _counts.Tokens[token])).ToList();
        return ([.. chosenPositions], [.. chosenValues], inRange, tokens);
    }

    private static IEnumerable<uint> InOrder(uint[] positions, Half[] values, ActivationSelection selection) => selection.Order switch
    {
        ActivationOrder.Document => positions,
        ActivationOrder.Random => Drawn(positions, selection.Seed),
        _ => Sorted(positions, values, selection.Order == ActivationOrder.Weakest),
    };

    /// <summary>By counting: a positive half-precision number's bits are its place in the order.</summary>
    private static uint[] Sorted(uint[] positions, Half[] values, bool ascending)
    {
        int Place(Half value) => ascending ? BitConverter.HalfToUInt16Bits(value) : ushort.MaxValue - BitConverter.HalfToUInt16Bits(value);

        var next = new int[(1 << 16) + 1];
        foreach (var value in values)
        {
            next[Place(value) + 1]++;
        }

        for (var place = 0; place < 1 << 16; place++)
        {
            next[place + 1] += next[place];
        }

        var sorted = new uint[positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            sorted[next[Place(values[i])]++] = positions[i];
        }

        return sorted;
    }

    /// <summary>Fisher and Yates, as far as it is asked for.</summary>
    private static IEnumerable<uint> Drawn(uint[] positions, ulong seed)
    {
        var random = new CounterRandom(seed);
        for (var draw = 0; draw < positions.Length; draw++)
        {
            var chosen = draw + (int)random.Bounded((ulong)draw, (ulong)(positions.Length - draw));
            (positions[draw], positions[chosen]) = (positions[chosen], positions[draw]);
            yield return positions[draw];
        }
    }

    /// <summary>Passes over activations whose window overlaps or repeats one already shown; constant time for each.</summary>
    private sealed class Fold(ExampleWindows windows, TokenStore tokens)
    {
        private const int Reach = ExampleWindows.Before + ExampleWindows.After;

        private readonly HashSet<(UInt128 Before, UInt128 After)> _around = [];
        private readonly HashSet<long> _centres = [];

        public List<uint> Shown { get; } = [];

        public int Folded { get; private set; }

        public void TryAdd(uint position)
        {
            if (!IsNew(position))
            {
                Folded++;
                return;
            }

            _around.Add(windows.Around(position, tokens.DocumentAt(position)));
            _centres.Add(position);
            Shown.Add(position);
        }

        public bool IsNew(uint position)
        {
            var document = tokens.DocumentAt(position);
            var from = Math.Max(tokens.DocumentStart(document), (long)position - Reach);
            var to = Math.Min(tokens.DocumentEnd(document) - 1, (long)position + Reach);
            for (var near = from; near <= to; near++)
            {
                if (_centres.Contains(near))
                {
                    return false;
                }
            }

            return !_around.Contains(windows.Around(position, document));
        }
    }
}
