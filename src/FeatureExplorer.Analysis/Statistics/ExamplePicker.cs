using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>
/// Picks examples from a feature's activations, sorted largest first: windows within the document that neither overlap nor repeat the
/// tokens around the centre of one already picked.
/// </summary>
/// <remarks>One instance per thread.</remarks>
internal sealed class ExamplePicker(ActivationIndex index, TokenStore tokens)
{
    /// <summary>Tokens shown before the centre.</summary>
    public const int Before = 8;

    /// <summary>Tokens shown after the centre.</summary>
    public const int After = 6;

    /// <summary>Two windows repeat each other when this many tokens on each side of the centre, and the centre, are equal.</summary>
    public const int SameAround = 3;

    public const int TopCount = 20;
    public const int BottomCount = 20;
    public const int IntervalCount = 5;

    // Activations looked at for the examples of one interval: where almost all windows repeat each other, fewer examples are shown.
    private const int IntervalDraws = 256;

    private const ulong Seed = 0x5EED_F00D;

    private readonly List<Picked> _picked = [];
    private readonly Dictionary<int, int> _moved = [];
    private int _feature;
    private string?[]? _domains;

    /// <summary>Starts with another feature.</summary>
    public void Begin(int feature)
    {
        _feature = feature;
        _domains ??= [.. tokens.Domains];
    }

    /// <summary>The largest activations; ties by position.</summary>
    /// <param name="sorted">Positions, by falling activation and then rising position.</param>
    /// <param name="folded">Number of larger activations passed over.</param>
    public IReadOnlyList<Example> Top(ReadOnlySpan<uint> sorted, out int folded)
    {
        _picked.Clear();
        folded = 0;
        foreach (var position in sorted)
        {
            if (_picked.Count == TopCount)
            {
                break;
            }

            folded += TryPick(position) ? 0 : 1;
        }

        return Examples();
    }

    /// <summary>The smallest activations, smallest first; ties by position.</summary>
    /// <param name="sorted">Positions, by falling activation and then rising position.</param>
    /// <param name="values">The activations in the same order.</param>
    public IReadOnlyList<Example> Bottom(ReadOnlySpan<uint> sorted, ReadOnlySpan<float> values)
    {
        _picked.Clear();
        for (var end = sorted.Length; end > 0 && _picked.Count < BottomCount;)
        {
            var start = end - 1;
            while (start > 0 && values[start - 1] == values[end - 1])
            {
                start--;
            }

            for (var i = start; i < end && _picked.Count < BottomCount; i++)
            {
                TryPick(sorted[i]);
            }

            end = start;
        }

        return Examples();
    }

    /// <summary>Some activations of one interval, drawn without replacement with a seed fixed by feature and interval; largest first.</summary>
    /// <param name="sorted">The positions of the interval, by falling activation.</param>
    /// <param name="interval">Number of the interval.</param>
    public IReadOnlyList<Example> FromInterval(ReadOnlySpan<uint> sorted, int interval)
    {
        _picked.Clear();
        _moved.Clear();
        var random = new CounterRandom(Seed, ((ulong)_feature * FeatureReport.Intervals) + (ulong)interval);
        for (var draw = 0; draw < Math.Min(sorted.Length, IntervalDraws) && _picked.Count < IntervalCount; draw++)
        {
            // Fisher and Yates, of which only the entries that have moved are stored.
            var chosen = draw + (int)random.Bounded((ulong)draw, (ulong)(sorted.Length - draw));
            TryPick(sorted[_moved.GetValueOrDefault(chosen, chosen)]);
            _moved[chosen] = _moved.GetValueOrDefault(draw, draw);
        }

        return [.. Examples().OrderByDescending(static example => example.Activation).ThenBy(static example => example.Position)];
    }

    private bool TryPick(uint position)
    {
        var document = tokens.DocumentAt(position);
        var around = Around(position, document);
        foreach (var other in _picked)
        {
            // In one document two windows overlap exactly when their centres are this close, wherever they are clipped.
            if ((other.Document == document && Math.Abs((long)other.Position - position) <= Before + After) || other.Around == around)
            {
                return false;
            }
        }

        _picked.Add(new Picked(position, document, around));
        return true;
    }

    /// <summary>The tokens around a centre as one number; beyond the document's ends all bits are set in a 17th bit of their own.</summary>
    private UInt128 Around(long position, int document)
    {
        var start = tokens.DocumentStart(document);
        var end = tokens.DocumentEnd(document);
        var from = Math.Max(start, position - SameAround);
        var to = Math.Min(end, position + SameAround + 1);
        UInt128 key = 0;
        for (var at = position - SameAround; at < from; at++)
        {
            key = (key << 17) | 0x1FFFF;
        }

        foreach (var token in tokens.Read(from, (int)(to - from)))
        {
            key = (key << 17) | token;
        }

        for (var at = to; at < position + SameAround + 1; at++)
        {
            key = (key << 17) | 0x1FFFF;
        }

        return key;
    }

    private Example[] Examples()
    {
        var examples = new Example[_picked.Count];
        for (var i = 0; i < examples.Length; i++)
        {
            examples[i] = ToExample(_picked[i]);
        }

        return examples;
    }

    private Example ToExample(Picked picked)
    {
        var from = Math.Max(tokens.DocumentStart(picked.Document), (long)picked.Position - Before);
        // Beyond the indexed tokens nothing is known.
        var to = Math.Min(Math.Min(tokens.DocumentEnd(picked.Document), index.Tokens), (long)picked.Position + After + 1);
        var ids = tokens.Read(from, (int)(to - from));
        var window = new int[ids.Length];
        for (var i = 0; i < window.Length; i++)
        {
            window[i] = ids[i];
        }

        var domain = tokens.DomainOf(picked.Document);
        return new Example(
            picked.Position, picked.Document, domain < 0 ? null : _domains![domain], (int)(picked.Position - from), window, Activations(from, window.Length));
    }

    private float[] Activations(long from, int length)
    {
        var activations = new float[length];
        var positions = index.Positions(_feature);
        var values = index.Values(_feature);
        var at = positions.BinarySearch((uint)from);
        for (at = at < 0 ? ~at : at; at < positions.Length && positions[at] < from + length; at++)
        {
            activations[positions[at] - from] = (float)values[at];
        }

        return activations;
    }

    private readonly record struct Picked(uint Position, int Document, UInt128 Around);
}
