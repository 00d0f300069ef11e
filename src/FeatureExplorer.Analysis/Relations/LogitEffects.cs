using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>
/// The logit weights of many directions without their [m, V] matrix: w = e · Uᵀ with e = d · W_down · π · L of length d_model, so that the
/// correlation over the vocabulary of two directions' weights is a form in their e: (e · C · e′) / √((e · C · e) (e′ · C · e′)), where
/// C = Ũᵀ Ũ and Ũ is the unembedding with its mean over the tokens that occur taken out.
/// </summary>
internal sealed unsafe class LogitEffects : IDisposable
{
    private readonly FloatBuffer _effects;
    private readonly FloatBuffer _unembedding;
    private readonly float[] _norms;
    private readonly int _tokens;

    public LogitEffects(RelatedUnits units)
    {
        var (model, dictionary) = (units.Model, units.Dictionary);
        Width = model.Config.DModel;
        Count = dictionary.Features;
        _effects = new FloatBuffer((long)Count * Width);
        LogitWeights.Effects(model, dictionary.WDec.Pointer, Count, _effects.Pointer, units.Site);
        _tokens = units.Occurs.Count(static occurs => occurs);
        _unembedding = Centred(model, units.Occurs, _tokens);
        _norms = new float[Count];
        using var gram = Products(this, this);
        using var turned = new FloatBuffer((long)Count * Width);
        MatrixProduct.Multiply(false, false, Count, Width, Width, _effects.Pointer, Width, gram.Pointer, Width, turned.Pointer, Width);
        WorkerPool.For(Count, (unit, _) =>
        {
            var square = System.Numerics.Tensors.TensorPrimitives.Dot<float>(turned.Span((long)unit * Width, Width), _effects.Span((long)unit * Width, Width));
            _norms[unit] = MathF.Sqrt(Math.Max(0, square));
        });
    }

    /// <summary>Number of directions.</summary>
    public int Count { get; }

    /// <summary>d_model.</summary>
    public int Width { get; }

    /// <summary>Whether the weights of both are over the same tokens.</summary>
    public static bool Comparable(RelatedUnits left, RelatedUnits right) => left.Occurs.AsSpan().SequenceEqual(right.Occurs);

    /// <summary>Ũₗᵀ Ũᵣ, [d_model of left, d_model of right].</summary>
    public static FloatBuffer Products(LogitEffects left, LogitEffects right)
    {
        var products = new FloatBuffer((long)left.Width * right.Width);
        MatrixProduct.Multiply(
            true, false, left.Width, right.Width, left._tokens, left._unembedding.Pointer, left.Width, right._unembedding.Pointer, right.Width,
            products.Pointer, right.Width);
        return products;
    }

    /// <summary>Correlations of the directions [first, first + count) with all of another set, [count, others].</summary>
    /// <param name="first">First direction.</param>
    /// <param name="count">Number of directions.</param>
    /// <param name="others">The other set.</param>
    /// <param name="products">From <see cref="Products"/> of both.</param>
    /// <param name="correlations">Receives them; 0 where a direction has no effect.</param>
    public void Correlate(int first, int count, LogitEffects others, FloatBuffer products, float* correlations)
    {
        using var turned = new FloatBuffer((long)count * others.Width);
        MatrixProduct.Multiply(
            false, false, count, others.Width, Width, _effects.Pointer + ((nint)first * Width), Width, products.Pointer, others.Width, turned.Pointer, others.Width);
        MatrixProduct.Multiply(
            false, true, count, others.Count, others.Width, turned.Pointer, others.Width, others._effects.Pointer, others.Width, correlations, others.Count);
        WorkerPool.For(count, (row, _) =>
        {
            var target = correlations + ((nint)row * others.Count);
            for (var other = 0; other < others.Count; other++)
            {
                var norms = _norms[first + row] * others._norms[other];
                target[other] = norms > 0 ? Math.Clamp(target[other] / norms, -1, 1) : 0;
            }
        });
    }

    public void Dispose()
    {
        _effects.Dispose();
        _unembedding.Dispose();
    }

    /// <summary>The unembedding's rows of the tokens that occur, [tokens, d_model], each column's mean taken out.</summary>
    private static FloatBuffer Centred(TransformerModel model, bool[] occurs, int tokens)
    {
        var width = model.Config.DModel;
        var rows = new FloatBuffer((long)tokens * width);
        var means = new double[width];
        var row = 0;
        for (var token = 0; token < occurs.Length; token++)
        {
            if (occurs[token])
            {
                var source = new ReadOnlySpan<float>(model.Parameters["lm_head.weight"] + ((nint)token * width), width);
                source.CopyTo(rows.Span((long)row++ * width, width));
                for (var i = 0; i < width; i++)
                {
                    means[i] += source[i] / (double)tokens;
                }
            }
        }

        for (row = 0; row < tokens; row++)
        {
            var target = rows.Span((long)row * width, width);
            for (var i = 0; i < width; i++)
            {
                target[i] -= (float)means[i];
            }
        }

        return rows;
    }
}
