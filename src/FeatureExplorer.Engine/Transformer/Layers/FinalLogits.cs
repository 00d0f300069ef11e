using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>What a model says next, from single rows of its last residual stream: LN_f(x) · W_U + b_U.</summary>
public static unsafe class FinalLogits
{
    private const int RowsPerTask = 16;

    /// <summary>Logits of some rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="stream">[rows, DModel], as <see cref="TransformerRunner.Stream"/> gives it.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="logits">Receives [rows, V].</param>
    public static void Of(TransformerModel model, float* stream, int rows, float* logits)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (p, d, vocabulary) = (model.Parameters, model.Config.DModel, model.Config.VocabularySize);
        using var normalised = new FloatBuffer((long)rows * d);
        using var statistics = new FloatBuffer(2L * rows);
        var target = normalised.Pointer;
        var sums = statistics.Pointer;
        WorkerPool.For((rows + RowsPerTask - 1) / RowsPerTask, (task, _) =>
        {
            var first = task * RowsPerTask;
            LayerNorm.Forward(
                stream + ((nint)first * d), p["ln_f.weight"], p["ln_f.bias"], model.Config.LayerNormEpsilon, target + ((nint)first * d),
                sums + first, sums + rows + first, Math.Min(RowsPerTask, rows - first), d, model.Config.Architecture.Norm);
        });
        MatrixProduct.Multiply(false, true, rows, vocabulary, d, target, d, p["lm_head.weight"], d, logits, vocabulary);
        AddBias(model, rows, logits);
    }

    /// <summary>Adds the unembedding's bias, where there is one, to logits [rows, V].</summary>
    internal static void AddBias(TransformerModel model, int rows, float* logits)
    {
        if (!model.Config.Architecture.UnembeddingBias)
        {
            return;
        }

        var bias = model.Parameters.Span("lm_head.bias");
        for (var row = 0; row < rows; row++)
        {
            var values = new Span<float>(logits + ((nint)row * bias.Length), bias.Length);
            System.Numerics.Tensors.TensorPrimitives.Add(values, bias, values);
        }
    }
}
