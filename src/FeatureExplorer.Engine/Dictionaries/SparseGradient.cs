using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// Loss and gradients of a dictionary with few active features. Only the encoder's product is dense; decoding, ∂L/∂f and both weight
/// gradients visit the active features alone, which is exact, because everything else is multiplied by zero:
/// <code>
/// x̂ − b_dec = Σ_i f_i d_i       R = 2 (x̂ − x) / (n · batch)       δ_i = R · d_i + λ / batch   (active i)
/// ∂L/∂d_i = Σ_rows f_i R        ∂L/∂e_i = Σ_rows δ_i x̄            ∂L/∂b_enc,i = Σ_rows δ_i
/// </code>
/// with e_i and d_i the rows of W_enc and W_dec. The active entries are listed twice, by row and by feature.
/// </summary>
internal sealed unsafe class SparseGradient : IDisposable
{
    // R and x̄ of the rows that one sweep over the features reads: 8 MiB, so that they stay in the third-level cache.
    private const int SweepFloats = 1 << 20;

    private const int FeaturesPerTask = 16;

    private readonly DictionaryTensors _parameters;
    private readonly EncoderProduct _encoder;
    private readonly ActivationArena _arena = new(withGradients: true);
    private readonly FeatureLists _byFeature;
    private readonly SparseRow[] _rows;
    private readonly int _width;

    public SparseGradient(DictionaryTensors parameters, int maxRows)
    {
        _parameters = parameters;
        _width = parameters.Width;
        _encoder = new EncoderProduct(parameters.Inputs, parameters.Features);
        _byFeature = new FeatureLists(parameters.Features, (maxRows + StepBatch.BlockRows - 1) / StepBatch.BlockRows);
        _rows = new SparseRow[maxRows];
    }

    /// <summary>
    /// Computes the gradients and how often each feature fired, unless more than <paramref name="maxActive"/> entries are active:
    /// then it returns false, and the dense path is the faster one.
    /// </summary>
    public bool TryCompute(StepBatch batch, long maxActive, DictionaryTensors gradients, int[] fired, out StepLosses losses)
    {
        batch.ClearSums();
        _arena.Reset();
        _encoder.Pack(_parameters.WEnc, _width, _parameters.BEnc);
        _encoder.Prepare();
        WorkerPool.For(batch.Blocks, (block, thread) => ForwardBlock(batch, block, thread, maxActive));
        losses = batch.Losses(_arena.Taken, dense: false);
        if (_arena.Taken > maxActive)
        {
            return false;
        }

        fixed (SparseRow* rows = _rows)
        {
            _byFeature.Fill(rows, batch.Rows, batch.Blocks, gradients.BEnc, fired);
        }

        batch.DecoderBiasGradient(gradients);
        WeightGradients(batch, gradients);
        return true;
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _arena.Dispose();
        _byFeature.Dispose();
    }

    /// <summary>Encodes a block, and decodes it while its lists are in the cache: residuals, losses, δ, and counts by feature.</summary>
    private void ForwardBlock(StepBatch batch, int block, int thread, long maxActive)
    {
        var first = block * StepBatch.BlockRows;
        var lists = _encoder.Encode(thread, batch.CentredRow(first), _width, batch.RowsOf(block));
        var entries = 0L;
        foreach (ref readonly var list in lists)
        {
            entries += list.Count;
        }

        if (!_arena.TryTake(entries, maxActive, out var taken))
        {
            return;
        }

        var counts = _byFeature.CountsOf(block);
        for (var r = 0; r < lists.Length; r++)
        {
            var list = lists[r];
            var residual = batch.ResidualRow(first + r);
            RowKernels.WeightedSum(list.Features, list.Values, list.Count, _parameters.WDec, _width, _width, residual, accumulate: false);
            batch.FinishRow(first + r, Keep(list, taken, counts));
            RowKernels.Dots(list.Features, list.Count, _parameters.WDec, _width, _width, residual, batch.L1Gradient, taken.Gradients);
            _rows[first + r] = taken with { Count = list.Count };
            taken = taken.Skip(list.Count);
        }
    }

    /// <summary>Copies a row's list into its place, counts its features, and returns Σ f.</summary>
    private static double Keep(SparseRow list, SparseRow place, Span<int> counts)
    {
        var sum = 0.0;
        for (var k = 0; k < list.Count; k++)
        {
            var feature = list.Features[k];
            place.Features[k] = feature;
            place.Values[k] = list.Values[k];
            sum += list.Values[k];
            counts[feature]++;
        }

        return sum;
    }

    private void WeightGradients(StepBatch batch, DictionaryTensors gradients)
    {
        var blocksPerSweep = Math.Max(1, SweepFloats / _width / StepBatch.BlockRows);
        var tasks = (_parameters.Features + FeaturesPerTask - 1) / FeaturesPerTask;
        for (var from = 0; from < batch.Blocks; from += blocksPerSweep)
        {
            var (first, last) = (from, Math.Min(batch.Blocks, from + blocksPerSweep));
            WorkerPool.For(tasks, (task, _) =>
            {
                for (var i = task * FeaturesPerTask; i < Math.Min(_parameters.Features, (task + 1) * FeaturesPerTask); i++)
                {
                    var list = _byFeature.Of(i, first, last);
                    var row = (nint)i * _width;
                    RowKernels.WeightedSum(
                        list.Features, list.Values, list.Count, batch.Residual, _width, _width, gradients.WDec + row, accumulate: first > 0);
                    RowKernels.WeightedSum(
                        list.Features, list.Gradients, list.Count, batch.Centred, _width, _width, gradients.WEnc + row, accumulate: first > 0);
                }
            });
        }
    }
}
