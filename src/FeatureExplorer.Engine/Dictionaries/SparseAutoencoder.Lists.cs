using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <content>The lists of active features that the encoder keeps until they are handed on.</content>
public sealed unsafe partial class SparseAutoencoder
{
    private void PrepareScratch(int rows)
    {
        _encoder!.Prepare();
        var length = (long)WorkerPool.Threads * EncoderProduct.BlockRows * Inputs;
        if (_centred is null || _centred.Length < length)
        {
            _centred?.Dispose();
            _centred = new FloatBuffer(length);
        }

        if (_rows.Length < rows)
        {
            _rows = new SparseRow[rows];
            _norms = new (float, float)[rows];
        }
    }

    private void Keep(ReadOnlySpan<SparseRow> lists, int first)
    {
        var entries = 0L;
        foreach (ref readonly var list in lists)
        {
            entries += list.Count;
        }

        _arena.TryTake(entries, long.MaxValue, out var place);
        for (var r = 0; r < lists.Length; r++)
        {
            var list = lists[r];
            new ReadOnlySpan<int>(list.Features, list.Count).CopyTo(new Span<int>(place.Features, list.Count));
            new ReadOnlySpan<float>(list.Values, list.Count).CopyTo(new Span<float>(place.Values, list.Count));
            var row = place with { Count = list.Count };
            _rows[first + r] = Activation == DictionaryActivation.Gated ? OpenGates(row) : row;
            place = place.Skip(list.Count);
        }
    }

    /// <summary>From open gates π &gt; 0 to magnitudes, those that are above 0.</summary>
    private SparseRow OpenGates(SparseRow row)
    {
        var count = 0;
        for (var k = 0; k < row.Count; k++)
        {
            var feature = row.Features[k];
            var magnitude = ((row.Values[k] - BEnc.Pointer[feature]) * MathF.Exp(RMag!.Pointer[feature])) + BMag!.Pointer[feature];
            if (magnitude > 0)
            {
                (row.Features[count], row.Values[count]) = (feature, magnitude);
                count++;
            }
        }

        return row with { Count = count };
    }
}
