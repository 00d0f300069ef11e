using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>
/// The auxiliary loss by which dead features learn (AuxK, Gao et al. 2024, section A.2): of the dead features alone, the k_aux largest
/// pre-activations of each row reconstruct what the dictionary leaves over, e = x − x̂, which is held fixed:
/// <code>
/// ê = Σ_i a_i d_i        L_aux = α · mean over the batch and n of (e − ê)²        S = 2 α (ê − e) / (n · batch)
/// ∂/∂d_i = Σ_rows a_i S        ∂/∂e_i = Σ_rows (S · d_i) x̄        ∂/∂b_enc,i = Σ_rows S · d_i
/// </code>
/// Its encoder's product covers the dead features only, and costs nothing when there are none.
/// </summary>
internal sealed unsafe class DeadReconstruction(DictionaryTensors parameters, int maxRows, int keep, float weight) : IDisposable
{
    private const int FeaturesPerTask = 16;

    private readonly int _width = parameters.Width;
    private readonly ActivationArena _arena = new(withGradients: true);
    private readonly FeatureLists _byFeature = new(parameters.Features, (maxRows + StepBatch.BlockRows - 1) / StepBatch.BlockRows);
    private readonly FloatBuffer _residual = new((long)maxRows * parameters.Width);
    private readonly SparseRow[] _rows = new SparseRow[maxRows];
    private EncoderProduct? _encoder;
    private FloatBuffer[] _scratch = [];

    /// <summary>Adds the loss to the batch's sums, and its δ to ∂L/∂b_enc and to the sums of δ. Needs the batch's R.</summary>
    public void Reconstruct(StepBatch batch, int[] dead, float* encoderBias, float* delta)
    {
        _arena.Reset();
        Prepare(dead);
        WorkerPool.For(batch.Blocks, (block, thread) => Forward(batch, block, thread, dead));
        fixed (SparseRow* rows = _rows)
        {
            _byFeature.Fill(rows, batch.Rows, batch.Blocks);
        }

        ForEach(dead, feature =>
        {
            var entries = _byFeature.Of(feature);
            var sum = TensorPrimitives.Sum(new ReadOnlySpan<float>(entries.Gradients, entries.Count));
            encoderBias[feature] += sum;
            delta[feature] += sum;
        });
    }

    /// <summary>Adds to the gradients of W_dec and W_enc.</summary>
    public void AddWeightGradients(StepBatch batch, int[] dead, DictionaryTensors gradients) => ForEach(dead, feature =>
    {
        var list = _byFeature.Of(feature);
        var row = (nint)feature * _width;
        RowKernels.WeightedSum(
            list.Features, list.Values, list.Count, _residual.Pointer, _width, _width, gradients.WDec + row, accumulate: true);
        RowKernels.WeightedSum(
            list.Features, list.Gradients, list.Count, batch.Centred, _width, _width, gradients.WEnc + row, accumulate: true);
    });

    public void Dispose()
    {
        _arena.Dispose();
        _byFeature.Dispose();
        _residual.Dispose();
        _encoder?.Dispose();
        foreach (var scratch in _scratch)
        {
            scratch.Dispose();
        }
    }

    private void Prepare(int[] dead)
    {
        if (_encoder is null || _encoder.MaxFeatures < dead.Length)
        {
            _encoder?.Dispose();
            _encoder = new EncoderProduct(parameters.Inputs, Math.Min(parameters.Features, dead.Length + (dead.Length / 4)));
        }

        _encoder.PackChosen(parameters.WEnc, _width, parameters.BEnc, dead);
        _encoder.Prepare();
        if (_scratch.Length < WorkerPool.Threads)
        {
            foreach (var scratch in _scratch)
            {
                scratch.Dispose();
            }

            _scratch = [.. Enumerable.Range(0, WorkerPool.Threads).Select(_ => new FloatBuffer(2L * _width))];
        }
    }

    private void Forward(StepBatch batch, int block, int thread, int[] dead)
    {
        var first = block * StepBatch.BlockRows;
        var lists = _encoder!.Encode(thread, batch.CentredRow(first), _width, batch.RowsOf(block), keep);
        var entries = 0L;
        foreach (ref readonly var list in lists)
        {
            entries += list.Count;
        }

        _arena.TryTake(entries, long.MaxValue, out var place);
        var counts = _byFeature.CountsOf(block);
        for (var r = 0; r < lists.Length; r++)
        {
            var list = lists[r];
            for (var k = 0; k < list.Count; k++)
            {
                place.Features[k] = dead[list.Features[k]];
                place.Values[k] = list.Values[k];
                counts[place.Features[k]]++;
            }

            _rows[first + r] = place with { Count = list.Count };
            place = place.Skip(list.Count);
            FinishRow(batch, first + r, thread);
        }
    }

    /// <summary>S of a row, its part of the loss, and S · d of its features.</summary>
    private void FinishRow(StepBatch batch, int row, int thread)
    {
        var list = _rows[row];
        var residual = _residual.Pointer + ((nint)row * _width);
        var error = _scratch[thread].Pointer;
        var unused = error + _width; // b_dec does not take part
        TensorPrimitives.Divide(
            new ReadOnlySpan<float>(batch.ResidualRow(row, batch.PrefixEnds.Length - 1), _width), -batch.ErrorScale, new Span<float>(error, _width));
        RowKernels.WeightedSum(list.Features, list.Values, list.Count, parameters.WDec, _width, _width, residual, accumulate: false);
        batch.AddAuxiliary(row, RowKernels.Residual(residual, error, weight * batch.ErrorScale, unused, _width));
        RowKernels.Dots(list.Features, list.Count, parameters.WDec, _width, _width, residual, 0, list.Gradients);
    }

    private static void ForEach(int[] features, Action<int> body) =>
        WorkerPool.For((features.Length + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
        {
            for (var i = task * FeaturesPerTask; i < Math.Min(features.Length, (task + 1) * FeaturesPerTask); i++)
            {
                body(features[i]);
            }
        });
}
