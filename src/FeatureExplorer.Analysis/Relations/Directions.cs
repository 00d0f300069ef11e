using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>Cosines of all vectors of one set with all of another, computed on a back end, in ranges of the first.</summary>
internal sealed unsafe class Directions : IDisposable
{
    private readonly IComputeBackend _backend;
    private readonly Rows _left;
    private readonly Rows _right;
    private readonly float[] _leftLengths;
    private readonly float[] _rightLengths;
    private readonly FloatBuffer? _turned;

    private Directions(IComputeBackend backend, Rows left, Rows right, float[] leftLengths, float[] rightLengths, FloatBuffer? turned = null) =>
        (_backend, _left, _right, _leftLengths, _rightLengths, _turned) = (backend, left, right, leftLengths, rightLengths, turned);

    /// <summary>Decoder vectors of two dictionaries on the same activations.</summary>
    public static Directions OfDecoders(IComputeBackend backend, RelatedUnits left, RelatedUnits right) =>
        new(backend, Decoder(backend, left), Decoder(backend, right), Lengths(left), Lengths(right));

    /// <summary>Logit weights of two sets over the same tokens: the cosines of weights without their mean are correlations.</summary>
    public static Directions OfLogits(IComputeBackend backend, LogitEffects left, LogitEffects right)
    {
        using var products = LogitEffects.Products(left, right);
        var turned = left.Turned(products, right.Width);
        return new Directions(backend, backend.Rows(turned.Pointer, left.Count, right.Width), right.Rows(backend), Lengths(left), Lengths(right), turned);
    }

    /// <summary>Cosines of the vectors [first, first + count) of the left side with all of the right, [count, others]; 0 where a vector is zero.</summary>
    public void Cosines(int first, int count, float* cosines)
    {
        var others = _right.Count;
        _backend.DotProducts(_left, first, count, _right, cosines);
        WorkerPool.For(count, (row, _) =>
        {
            var target = cosines + ((nint)row * others);
            for (var other = 0; other < others; other++)
            {
                var lengths = _leftLengths[first + row] * _rightLengths[other];
                target[other] = lengths > 0 ? Math.Clamp(target[other] / lengths, -1, 1) : 0;
            }
        });
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        _turned?.Dispose();
    }

    private static Rows Decoder(IComputeBackend backend, RelatedUnits units) => backend.Rows(units.Dictionary.WDec.Pointer, units.Count, units.Dictionary.Outputs);

    private static float[] Lengths(RelatedUnits units) =>
        [.. Enumerable.Range(0, units.Count).Select(unit => System.Numerics.Tensors.TensorPrimitives.Norm<float>(units.Dictionary.DecoderRow(unit)))];

    private static float[] Lengths(LogitEffects effects) => [.. Enumerable.Range(0, effects.Count).Select(effects.Norm)];
}
