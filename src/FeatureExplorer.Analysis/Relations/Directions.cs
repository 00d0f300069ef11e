using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>Cosines of the decoder vectors of two dictionaries on the same activations.</summary>
internal static unsafe class Directions
{
    /// <summary>Cosines of the units [first, first + count) of one with all of the other, [count, others]; 0 where a vector is zero.</summary>
    public static void Cosines(RelatedUnits left, int first, int count, RelatedUnits right, float* cosines)
    {
        var n = left.Dictionary.Inputs;
        var others = right.Count;
        MatrixProduct.Multiply(
            false, true, count, others, n, left.Dictionary.WDec.Pointer + ((nint)first * n), n, right.Dictionary.WDec.Pointer, n, cosines, others);
        var norms = Norms(right);
        var mine = Norms(left);
        WorkerPool.For(count, (row, _) =>
        {
            var target = cosines + ((nint)row * others);
            for (var other = 0; other < others; other++)
            {
                var lengths = mine[first + row] * norms[other];
                target[other] = lengths > 0 ? Math.Clamp(target[other] / lengths, -1, 1) : 0;
            }
        });
    }

    private static float[] Norms(RelatedUnits units) =>
        [.. Enumerable.Range(0, units.Count).Select(unit => System.Numerics.Tensors.TensorPrimitives.Norm<float>(units.Dictionary.DecoderRow(unit)))];
}
