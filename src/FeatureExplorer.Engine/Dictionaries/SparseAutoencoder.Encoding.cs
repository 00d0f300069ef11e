using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <content>The encoder, and the lists of active features that it keeps until they are handed on.</content>
public sealed unsafe partial class SparseAutoencoder
{
    private void EncodeRows(float* x, int rows)
    {
        if (_encoder is null)
        {
            _encoder = new EncoderProduct(Inputs, Features);
            _encoder.Pack(WEnc.Pointer, Inputs, BEnc.Pointer, Threshold is null ? default : Threshold.Span());
        }

        PrepareScratch(rows);
        _arena.Reset();
        WorkerPool.For(Blocks(rows), (block, thread) =>
        {
            var first = block * EncoderProduct.BlockRows;
            var count = Math.Min(EncoderProduct.BlockRows, rows - first);
            var centred = _centred!.Pointer + ((nint)thread * EncoderProduct.BlockRows * Inputs);
            for (var r = 0; r < count; r++)
            {
                var target = new Span<float>(centred + ((nint)r * Inputs), Inputs);
                var from = new ReadOnlySpan<float>(x + ((nint)(first + r) * Inputs), Inputs);
                if (Normalisation != RowNormalisation.None)
                {
                    _norms[first + r] = RowNormaliser.Apply(Normalisation, from, target);
                    from = target;
                }

                Centre(from, target);
            }

            Keep(_encoder.Encode(thread, centred, Inputs, count, K > 0 ? K : int.MaxValue), first);
        });
    }

    /// <summary>x − b_dec; of a transcoder, whose b_dec belongs to what it writes, x itself.</summary>
    private void Centre(ReadOnlySpan<float> x, Span<float> centred)
    {
        if (IsTranscoder)
        {
            x.CopyTo(centred);
        }
        else
        {
            TensorPrimitives.Subtract(x, BDec.Span(), centred);
        }
    }

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
