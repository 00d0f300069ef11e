using FeatureExplorer.Engine.Backends;
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
        using var turned = Turned(gram, Width);
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

    /// <summary>e · Ũₗᵀ Ũᵣ of every direction, [count, d_model of the other set]: with it a correlation is a dot product.</summary>
    /// <param name="products">From <see cref="Products"/> of both.</param>
    /// <param name="width">d_model of the other set.</param>
    public FloatBuffer Turned(FloatBuffer products, int width)
    {
        var turned = new FloatBuffer((long)Count * width);
        MatrixProduct.Multiply(false, false, Count, width, Width, _effects.Pointer, Width, products.Pointer, width, turned.Pointer, width);
        return turned;
    }

    /// <summary>The directions' e, [count, d_model], for a back end.</summary>
    public Rows Rows(IComputeBackend backend) => backend.Rows(_effects.Pointer, Count, Width);

    /// <summary>The length of each direction's weights, of which the mean is taken out.</summary>
    public float Norm(int direction) => _norms[direction];

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
