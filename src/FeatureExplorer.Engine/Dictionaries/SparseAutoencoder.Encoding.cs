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

            if (Pursuit is not null)
            {
                Pursue(thread, centred, first, count);
                return;
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

    /// <summary>Matching pursuit of the rows of a block, all that are not done in one product a step.</summary>
    /// <param name="thread">The calling thread's number.</param>
    /// <param name="residuals">[rows, n]: r = x − b_dec, which become what is left.</param>
    /// <param name="first">Number of the first row.</param>
    /// <param name="count">How many rows.</param>
    private void Pursue(int thread, float* residuals, int first, int count)
    {
        var found = new PursuedRow[count];
        var open = new int[count];
        for (var row = 0; row < count; row++)
        {
            (found[row], open[row]) = (new PursuedRow(), row);
        }

        for (var (step, left) = (0, count); step < Pursuit!.MaxIterations && left > 0; step++)
        {
            var best = _encoder!.Encode(thread, residuals, Inputs, left, keep: 1);
            var kept = 0;
            for (var place = 0; place < left; place++)
            {
                var residual = new Span<float>(residuals + ((nint)place * Inputs), Inputs);
                if (Take(best[place], found[open[place]], residual))
                {
                    // Those that go on move together, in their order.
                    residual.CopyTo(new Span<float>(residuals + ((nint)kept * Inputs), Inputs));
                    open[kept++] = open[place];
                }
            }

            left = kept;
        }

        for (var row = 0; row < count; row++)
        {
            _arena.TryTake(found[row].Count, long.MaxValue, out var place);
            _rows[first + row] = found[row].Write(place);
        }
    }

    /// <summary>One step of a row; whether there is another. A step that finds nothing above 0 is the last: r stays as it is.</summary>
    private bool Take(SparseRow best, PursuedRow found, Span<float> residual)
    {
        if (best.Count == 0)
        {
            return false;
        }

        var isNew = found.Add(best.Features[0], best.Values[0]);
        TensorPrimitives.MultiplyAdd(DecoderRow(best.Features[0]), -best.Values[0], residual, residual);
        return (isNew || !Pursuit!.StopsOnRepeat) && !(Pursuit!.ResidualThreshold > 0 && TensorPrimitives.Norm<float>(residual) < Pursuit.ResidualThreshold);
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
