using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>Squared norms of logits from vectors of the residual stream: vᵀ G v, G = W_Uᵀ C W_U, where C takes out the mean over the vocabulary.</summary>
internal sealed unsafe class UnembeddingMetric : IDisposable
{
    private readonly TransformerModel _model;
    private readonly FloatBuffer _g;
    private readonly FloatBuffer _v;
    private readonly FloatBuffer _product;

    public UnembeddingMetric(TransformerModel model, int maxRows)
    {
        _model = model;
        var (d, vocabulary) = (model.Config.DModel, model.Config.VocabularySize);
        (_g, _v, _product) = (new FloatBuffer((long)d * d), new FloatBuffer((long)maxRows * d), new FloatBuffer((long)maxRows * d));
        using var centred = new FloatBuffer((long)vocabulary * d);
        model.Parameters.Span("lm_head.weight").CopyTo(centred.Span());
        var means = new double[d];
        for (var token = 0; token < vocabulary; token++)
        {
            var row = centred.Span((long)token * d, d);
            for (var i = 0; i < d; i++)
            {
                means[i] += row[i] / (double)vocabulary;
            }
        }

        float[] mean = [.. means.Select(static value => (float)value)];
        for (var token = 0; token < vocabulary; token++)
        {
            var row = centred.Span((long)token * d, d);
            TensorPrimitives.Subtract(row, mean, row);
        }

        MatrixProduct.Multiply(true, false, d, d, vocabulary, centred.Pointer, d, centred.Pointer, d, _g.Pointer, d);
    }

    /// <summary>Adds rows u [rows, DModel], scaled by the σ of the streams [rows, DModel] at the same tokens; u is not changed.</summary>
    public void Measure(float* stream, int rows, float* u, SpreadSum sum)
    {
        var d = _model.Config.DModel;
        Scale(stream, rows, u, _v.Pointer);
        Multiply(_v.Pointer, rows, _product.Pointer);
        for (var row = 0; row < rows; row++)
        {
            var v = _v.Span((long)row * d, d);
            var product = _product.Span((long)row * d, d);
            for (var i = 0; i < d; i++)
            {
                sum.Squares += (double)v[i] * product[i];
                sum.Sums[i] += v[i];
            }
        }

        sum.Rows += rows;
    }

    /// <summary>v = (u − mean u) γ / σ of rows [rows, DModel].</summary>
    public void Scale(float* stream, int rows, float* u, float* v)
    {
        var d = _model.Config.DModel;
        WorkerPool.For(rows, (row, _) => Scale(
            new ReadOnlySpan<float>(stream + ((nint)row * d), d), new ReadOnlySpan<float>(u + ((nint)row * d), d), new Span<float>(v + ((nint)row * d), d)));
    }

    /// <summary>Rows v G [rows, DModel].</summary>
    public void Multiply(float* v, int rows, float* product)
    {
        var d = _model.Config.DModel;
        MatrixProduct.Multiply(false, false, rows, d, d, v, d, _g.Pointer, d, product, d);
    }

    /// <summary>Σ ‖logits − mean logits‖² over the rows added.</summary>
    public double Variance(SpreadSum sum)
    {
        var d = _model.Config.DModel;
        var square = 0.0;
        for (var i = 0; i < d; i++)
        {
            var row = _g.Span((long)i * d, d);
            for (var j = 0; j < d; j++)
            {
                square += sum.Sums[i] * row[j] * sum.Sums[j];
            }
        }

        return sum.Squares - (square / sum.Rows);
    }

    public void Dispose()
    {
        _g.Dispose();
        _v.Dispose();
        _product.Dispose();
    }

    private void Scale(ReadOnlySpan<float> stream, ReadOnlySpan<float> u, Span<float> v)
    {
        u.CopyTo(v);
        FinalNorm.Scale(_model, v, (float)FinalNorm.InverseDeviation(_model, stream));
    }
}
