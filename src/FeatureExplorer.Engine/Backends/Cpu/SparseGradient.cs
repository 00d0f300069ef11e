using System.Numerics.Tensors;
using FeatureExplorer.Engine.Backends.Cpu.Variants;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>
/// Loss and gradients of a dictionary with few active features. Only the encoder's product is dense; decoding, ∂L/∂f and both weight
/// gradients visit the active features alone, which is exact, because everything else is multiplied by zero:
/// <code>
/// x̂ − b_dec = Σ_i f_i d_i       R = 2 (x̂ − x) / (n · batch)       δ_i = R · d_i + λ / batch   (active i)
/// ∂L/∂d_i = Σ_rows f_i R        ∂L/∂e_i = Σ_rows δ_i x̄            ∂L/∂b_enc,i = Σ_rows δ_i
/// </code>
/// with e_i and d_i the rows of W_enc and W_dec; how f and δ come about is the variant's. The active entries are listed twice, by row and by
/// feature.
/// </summary>
internal sealed unsafe class SparseGradient : IDisposable
{
    // R and x̄ of the rows that one sweep over the features reads: 8 MiB, so that they stay in the third-level cache.
    private const int SweepFloats = 1 << 20;

    private const int FeaturesPerTask = 16;

    private readonly DictionaryTensors _parameters;
    private readonly CpuVariant _kernel;
    private readonly DictionaryVariant _variant;
    private readonly EncoderProduct _encoder;
    private readonly ActivationArena _arena = new(withGradients: true);
    private readonly FeatureLists _byFeature;
    private readonly FloatBuffer _delta;
    private readonly SparseRow[] _rows;
    private readonly int _width;
    private readonly DeadReconstruction? _dead;
    private FloatBuffer[] _scratch = [];

    public SparseGradient(DictionaryTensors parameters, int maxRows, CpuVariant kernel)
    {
        _parameters = parameters;
        _kernel = kernel;
        _variant = kernel.Variant;
        _width = parameters.Width;
        _encoder = new EncoderProduct(parameters.Inputs, parameters.Features);
        _byFeature = new FeatureLists(parameters.Features, (maxRows + StepBatch.BlockRows - 1) / StepBatch.BlockRows);
        _delta = new FloatBuffer(parameters.Features);
        _rows = new SparseRow[maxRows];
        var dead = _variant.DeadPerRow(parameters.Inputs);
        _dead = dead > 0 ? new DeadReconstruction(parameters, maxRows, dead, _variant.AuxiliaryWeight) : null;
    }

    /// <summary>
    /// Computes the gradients, how often each feature fired and Σ f of each, unless more than <paramref name="maxActive"/> entries are active:
    /// then it returns false, and the dense path is the faster one.
    /// </summary>
    public bool TryCompute(
        StepBatch batch, long maxActive, int[] dead, DictionaryTensors gradients, int[] fired, float[] activations, out StepLosses losses)
    {
        batch.ClearSums();
        _arena.Reset();
        _encoder.Pack(_parameters.WEnc, _width, _parameters.BEnc, _kernel.Limits);
        Prepare();
        if (_variant.KeepPerBatchRow > 0)
        {
            EncodeTogether(batch);
            WorkerPool.For(batch.Blocks, (block, thread) => FinishBlock(batch, block, thread));
        }
        else
        {
            WorkerPool.For(batch.Blocks, (block, thread) =>
            {
                if (EncodeBlock(batch, block, thread, _kernel.Floor, maxActive))
                {
                    FinishBlock(batch, block, thread);
                }
            });
        }

        if (_arena.Taken > maxActive)
        {
            losses = batch.Losses(_arena.Taken, dense: false);
            return false;
        }

        fixed (SparseRow* rows = _rows)
        {
            _byFeature.Fill(rows, batch.Rows, batch.Blocks);
        }

        SumFeatures(gradients, fired, activations);
        if (dead.Length > 0)
        {
            _dead?.Reconstruct(batch, dead, gradients.BEnc, _delta.Pointer);
        }

        losses = batch.Losses(fired.Sum(static count => (long)count), dense: false);
        batch.DecoderBiasGradient(gradients, _delta.Pointer);
        WeightGradients(batch, gradients);
        if (dead.Length > 0)
        {
            _dead?.AddWeightGradients(batch, dead, gradients);
        }

        return true;
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _arena.Dispose();
        _byFeature.Dispose();
        _delta.Dispose();
        _dead?.Dispose();
        foreach (var scratch in _scratch)
        {
            scratch.Dispose();
        }
    }

    private void Prepare()
    {
        _encoder.Prepare();
        if (_kernel.DecodesExtra && _scratch.Length < WorkerPool.Threads)
        {
            foreach (var scratch in _scratch)
            {
                scratch.Dispose();
            }

            _scratch = [.. Enumerable.Range(0, WorkerPool.Threads).Select(_ => new FloatBuffer((2L * _width) + _parameters.Features))];
        }
    }

    /// <summary>Encodes a block and keeps its lists; false when that makes more than <paramref name="maxActive"/> entries of all blocks.</summary>
    private bool EncodeBlock(StepBatch batch, int block, int thread, float floor, long maxActive)
    {
        var first = block * StepBatch.BlockRows;
        var lists = _encoder.Encode(thread, batch.CentredRow(first), _width, batch.RowsOf(block), _variant.KeepPerRow, floor);
        var entries = 0L;
        foreach (ref readonly var list in lists)
        {
            entries += list.Count;
        }

        if (!_arena.TryTake(entries, maxActive, out var place))
        {
            return false;
        }

        for (var r = 0; r < lists.Length; r++)
        {
            var list = lists[r];
            new ReadOnlySpan<int>(list.Features, list.Count).CopyTo(new Span<int>(place.Features, list.Count));
            new ReadOnlySpan<float>(list.Values, list.Count).CopyTo(new Span<float>(place.Values, list.Count));
            _rows[first + r] = place with { Count = list.Count };
            place = place.Skip(list.Count);
        }

        return true;
    }

    /// <summary>
    /// Encodes all rows and leaves the k · batch largest entries of all. A guess keeps the lists short; where it was too high, the rows are
    /// encoded again with a lower one, so that it decides nothing but the time.
    /// </summary>
    private void EncodeTogether(StepBatch batch)
    {
        var keep = (long)_variant.KeepPerBatchRow * batch.Rows;
        var probed = _variant.SelectionGuess is null;
        var floor = _variant.SelectionGuess ?? Probe(batch);
        while (true)
        {
            var limit = floor;
            _arena.Reset();
            WorkerPool.For(batch.Blocks, (block, thread) => EncodeBlock(batch, block, thread, limit, long.MaxValue));
            if (_arena.Taken >= keep || floor <= 0)
            {
                break;
            }

            (floor, probed) = (probed ? 0 : Probe(batch), true);
        }

        var rows = _rows.AsSpan(0, batch.Rows);
        var least = BatchSelection.Cut(rows, keep);
        if (least > 0)
        {
            _variant.Selected(least);
        }
    }

    /// <summary>What four times as many entries of the first block exceed as are wanted of it.</summary>
    private float Probe(StepBatch batch)
    {
        EncodeBlock(batch, 0, 0, 0, long.MaxValue);
        return BatchSelection.Rank(_rows.AsSpan(0, batch.RowsOf(0)), 4L * _variant.KeepPerBatchRow * batch.RowsOf(0));
    }

    /// <summary>Decodes a block: activations, residuals, losses, δ, and counts by feature.</summary>
    private void FinishBlock(StepBatch batch, int block, int thread)
    {
        var first = block * StepBatch.BlockRows;
        var counts = _byFeature.CountsOf(block);
        for (var row = first; row < first + batch.RowsOf(block); row++)
        {
            var list = _rows[row];
            var penalty = _kernel.Activate(list);
            DecodeRow(batch, row, list, penalty);
            var extraDots = _kernel.DecodesExtra ? DecodeExtra(batch, row, list, thread) : null;
            _kernel.Backward(list, batch.PenaltyGradient, extraDots);
            for (var k = 0; k < list.Count; k++)
            {
                counts[list.Features[k]]++;
            }
        }
    }

    /// <summary>x̂ of each nested dictionary, the row's R and losses, and R · d of its features.</summary>
    private void DecodeRow(StepBatch batch, int row, SparseRow list, double penalty)
    {
        var started = batch.BeginRow(row);
        var (from, prefixes) = (0, batch.PrefixEnds.Length);
        Span<int> ends = stackalloc int[prefixes];
        for (var prefix = 0; prefix < prefixes; prefix++)
        {
            ends[prefix] = prefix == prefixes - 1 ? list.Count : list.FirstFrom(batch.PrefixEnds[prefix], from);
            var part = list.Part(from, ends[prefix]);
            var target = batch.ResidualRow(row, prefix);
            if (prefix > 0)
            {
                new ReadOnlySpan<float>(batch.ResidualRow(row, prefix - 1), _width).CopyTo(new Span<float>(target, _width));
            }

            RowKernels.WeightedSum(part.Features, part.Values, part.Count, _parameters.WDec, _width, _width, target, started || prefix > 0);
            from = ends[prefix];
        }

        batch.FinishRow(row, penalty);
        from = 0;
        for (var prefix = 0; prefix < prefixes; prefix++)
        {
            var part = list.Part(from, ends[prefix]);
            RowKernels.Dots(part.Features, part.Count, _parameters.WDec, _width, _width, batch.ResidualRow(row, prefix), 0, part.Gradients);
            from = ends[prefix];
        }
    }

    /// <summary>The second x̂, from <see cref="SparseRow.Extra"/>, with the decoder held fixed: its loss, and its R · d.</summary>
    private float* DecodeExtra(StepBatch batch, int row, SparseRow list, int thread)
    {
        var residual = _scratch[thread].Pointer;
        var unused = residual + _width; // b_dec is held fixed too
        var dots = unused + _width;
        RowKernels.WeightedSum(list.Features, list.Extra, list.Count, _parameters.WDec, _width, _width, residual, accumulate: false);
        batch.AddAuxiliary(row, RowKernels.Residual(residual, batch.CentredRow(row), batch.ErrorScale, unused, _width));
        RowKernels.Dots(list.Features, list.Count, _parameters.WDec, _width, _width, residual, 0, dots);
        return dots;
    }

    private void SumFeatures(DictionaryTensors gradients, int[] fired, float[] activations) => ForEachFeature(feature =>
    {
        var entries = _byFeature.Of(feature);
        var values = new ReadOnlySpan<float>(entries.Values, entries.Count);
        var delta = TensorPrimitives.Sum(new ReadOnlySpan<float>(entries.Gradients, entries.Count));
        _delta.Pointer[feature] = delta;
        activations[feature] = TensorPrimitives.Sum(values);
        fired[feature] = entries.Count - values.Count(0f);
        _kernel.SumFeature(feature, entries, delta, gradients);
    });

    private void WeightGradients(StepBatch batch, DictionaryTensors gradients)
    {
        var blocksPerSweep = Math.Max(1, SweepFloats / _width / StepBatch.BlockRows);
        for (var from = 0; from < batch.Blocks; from += blocksPerSweep)
        {
            var (first, last) = (from, Math.Min(batch.Blocks, from + blocksPerSweep));
            ForEachFeature(feature =>
            {
                var list = _byFeature.Of(feature, first, last);
                var row = (nint)feature * _width;
                RowKernels.WeightedSum(
                    list.Features, list.Values, list.Count, batch.Residual(batch.PrefixOf(feature)), _width, _width, gradients.WDec + row, first > 0);
                RowKernels.WeightedSum(
                    list.Features, list.Gradients, list.Count, batch.Centred, _width, _width, gradients.WEnc + row, first > 0);
            });
        }
    }

    private void ForEachFeature(Action<int> body) =>
        WorkerPool.For((_parameters.Features + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
        {
            for (var feature = task * FeaturesPerTask; feature < Math.Min(_parameters.Features, (task + 1) * FeaturesPerTask); feature++)
            {
                body(feature);
            }
        });
}
