using System.Numerics.Tensors;
using FeatureExplorer.Engine.Backends.Cpu.Variants;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>
/// The same loss and gradients as <see cref="SparseGradient"/> by five matrix products, for the first steps of training, when half of the
/// features are active. The batch is taken in parts, so that its dense activations never need more than two buffers of 32 MiB
/// (or of one block of rows, when a dictionary is so large).
/// </summary>
internal sealed unsafe class DenseGradient : IDisposable
{
    private const long PartFloats = 1 << 23;
    private const int FeaturesPerTask = 256;

    private readonly DictionaryTensors _parameters;
    private readonly CpuVariant _kernel;
    private readonly DictionaryVariant _variant;
    private readonly int _partRows;
    private readonly FloatBuffer _f;
    private readonly FloatBuffer _fGradient;
    private readonly int _width;

    public DenseGradient(DictionaryTensors parameters, int maxRows, CpuVariant kernel)
    {
        _parameters = parameters;
        _kernel = kernel;
        _variant = kernel.Variant;
        _width = parameters.Width;
        var blocks = Math.Max(1, PartFloats / parameters.Features / StepBatch.BlockRows);
        _partRows = (int)Math.Min(maxRows, blocks * StepBatch.BlockRows);
        _f = new FloatBuffer((long)_partRows * parameters.Features);
        _fGradient = new FloatBuffer((long)_partRows * parameters.Features);
    }

    public StepLosses Compute(StepBatch batch, DictionaryTensors gradients, int[] fired, float[] activations)
    {
        batch.ClearSums();
        for (var first = 0; first < batch.Rows; first += _partRows)
        {
            var rows = Math.Min(_partRows, batch.Rows - first);
            Forward(batch, first, rows);
            Backward(batch, first, rows, gradients, fired, activations);
        }

        batch.DecoderBiasGradient(gradients, gradients.BEnc);
        return batch.Losses(fired.Sum(static count => (long)count), dense: true);
    }

    public void Dispose()
    {
        _f.Dispose();
        _fGradient.Dispose();
    }

    /// <summary>f = ReLU(x̄ W_encᵀ + b_enc), f W_dec, and the residuals.</summary>
    private void Forward(StepBatch batch, int first, int rows)
    {
        var m = _parameters.Features;
        MatrixProduct.Multiply(
            false, true, rows, m, _parameters.Inputs, batch.CentredRow(first), _width, _parameters.WEnc, _width, _f.Pointer, m);
        ForBlocks(rows, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                var f = _f.Span((long)row * m, m);
                TensorPrimitives.Add(f, _parameters.EncoderBias(), f);
                TensorPrimitives.Max(f, 0f, f);
            }
        });
        MatrixProduct.Multiply(
            false, false, rows, _parameters.Inputs, m, _f.Pointer, m, _parameters.WDec, _width, batch.ResidualRow(first), _width);
        ForBlocks(rows, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                if (!_variant.CentresInput)
                {
                    var decoded = new Span<float>(batch.ResidualRow(first + row), _parameters.Inputs);
                    TensorPrimitives.Add(decoded, _parameters.DecoderBias(), decoded);
                }

                batch.FinishRow(first + row, Penalty(_f.Span((long)row * m, m)));
            }
        });
    }

    private double Penalty(ReadOnlySpan<float> f)
    {
        var weights = _kernel.PenaltyWeights;
        return weights.IsEmpty ? TensorPrimitives.Sum(f) : TensorPrimitives.Dot(f, weights);
    }

    /// <summary>δ = (R W_decᵀ + λ / batch · weight) where f &gt; 0, and the gradients of W_dec, W_enc and b_enc.</summary>
    private void Backward(StepBatch batch, int first, int rows, DictionaryTensors gradients, int[] fired, float[] activations)
    {
        var (m, n) = (_parameters.Features, _parameters.Inputs);
        var add = first > 0;
        MatrixProduct.Multiply(
            false, true, rows, m, n, batch.ResidualRow(first), _width, _parameters.WDec, _width, _fGradient.Pointer, m);
        WorkerPool.For((m + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
        {
            var i = task * FeaturesPerTask;
            MaskAndSum(i, Math.Min(FeaturesPerTask, m - i), rows, batch.PenaltyGradient, gradients.BEnc + i, fired.AsSpan(i), activations.AsSpan(i), add);
        });
        MatrixProduct.Multiply(
            true, false, m, n, rows, _f.Pointer, m, batch.ResidualRow(first), _width, gradients.WDec, _width, add);
        MatrixProduct.Multiply(
            true, false, m, n, rows, _fGradient.Pointer, m, batch.CentredRow(first), _width, gradients.WEnc, _width, add);
    }

    private void MaskAndSum(
        int feature, int count, int rows, float penalty, float* sums, Span<int> fired, Span<float> activations, bool add)
    {
        if (!add)
        {
            new Span<float>(sums, count).Clear();
            fired[..count].Clear();
            activations[..count].Clear();
        }

        Span<float> penalties = stackalloc float[FeaturesPerTask];
        penalties.Fill(penalty);
        if (!_kernel.PenaltyWeights.IsEmpty)
        {
            TensorPrimitives.Multiply(_kernel.PenaltyWeights.Slice(feature, count), penalty, penalties);
        }

        for (var row = 0; row < rows; row++)
        {
            var f = _f.Span(((long)row * _parameters.Features) + feature, count);
            var gradient = _fGradient.Span(((long)row * _parameters.Features) + feature, count);
            for (var i = 0; i < f.Length; i++)
            {
                var active = f[i] > 0;
                var masked = active ? gradient[i] + penalties[i] : 0;
                gradient[i] = masked;
                sums[i] += masked;
                fired[i] += active ? 1 : 0;
                activations[i] += f[i];
            }
        }
    }

    /// <summary>Parts start at a multiple of a block's rows, so that each block's sums are one task's.</summary>
    private static void ForBlocks(int rows, Action<int, int> body) =>
        WorkerPool.For((rows + StepBatch.BlockRows - 1) / StepBatch.BlockRows, (block, _) =>
            body(block * StepBatch.BlockRows, Math.Min(rows, (block + 1) * StepBatch.BlockRows)));
}
