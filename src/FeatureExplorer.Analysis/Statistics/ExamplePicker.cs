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
    public const int TopCount = 20;
    public const int BottomCount = 20;
    public const int IntervalCount = 5;

    // Activations looked at for the examples of one interval: where almost all windows repeat each other, fewer examples are shown.
    private const int IntervalDraws = 256;

    private const ulong Seed = 0x5EED_F00D;

    private readonly List<Picked> _picked = [];
    private readonly Dictionary<int, int> _moved = [];
    private readonly ExampleWindows _windows = new(index, tokens);
    private int _feature;

    /// <summary>Starts with another feature.</summary>
    public void Begin(int feature) => _feature = feature;

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
        var around = _windows.Around(position, document);
        foreach (var other in _picked)
        {
            // In one document two windows overlap exactly when their centres are this close, wherever they are clipped.
            if ((other.Document == document && Math.Abs((long)other.Position - position) <= ExampleWindows.Before + ExampleWindows.After) || other.Around == around)
            {
                return false;
            }
        }

        _picked.Add(new Picked(position, document, around));
        return true;
    }

    private Example[] Examples()
    {
        var examples = new Example[_picked.Count];
        for (var i = 0; i < examples.Length; i++)
        {
            examples[i] = _windows.At(_feature, _picked[i].Position, _picked[i].Document);
        }

        return examples;
    }

    private readonly record struct Picked(uint Position, int Document, (UInt128 Before, UInt128 After) Around);
}
