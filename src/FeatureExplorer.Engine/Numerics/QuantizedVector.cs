using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// A vector x rounded to 16-bit integers, x̃ = <see cref="Scale"/> · q, with what its use in place of x can change: |w·x − w̃·x̃| ≤ ‖w − w̃‖ ‖x‖ + ‖w̃‖ ‖x − x̃‖.
/// </summary>
/// <param name="Scale">Value of one unit.</param>
/// <param name="Norm">‖x‖.</param>
/// <param name="Error">‖x − x̃‖.</param>
internal readonly record struct QuantizedVector(float Scale, float Norm, float Error)
{
    /// <summary>The largest integer with which sums of so many products stay below 2³¹.</summary>
    public static int LimitFor(int length) => (int)Math.Min(short.MaxValue, Math.Sqrt(int.MaxValue / (double)length));

    /// <summary>Rounds x [length] to q, to integers of at most ± limit; a vector that is not finite gets an error that is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe QuantizedVector Of(float* x, int length, int limit, short* q)
    {
        var max = Largest(x, length);
        var scale = max / limit;
        var inverse = max > 0 ? limit / max : 0;
        if (!float.IsFinite(max) || !float.IsFinite(inverse))
        {
            new Span<short>(q, length).Clear();
            return new QuantizedVector(0, float.PositiveInfinity, float.PositiveInfinity);
        }

        var (squares, errors) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var i = 0;
        for (; i + 8 <= length; i += 8)
        {
            var values = Vector256.Load(x + i);
            var rounded = Vector256.Round(values * inverse);
            var error = values - (rounded * scale);
            squares += values * values;
            errors += error * error;
            var whole = Vector256.ConvertToInt32Native(rounded);
            Vector128.Narrow(whole.GetLower(), whole.GetUpper()).Store(q + i);
        }

        var (square, errorSquare) = (Vector256.Sum(squares), Vector256.Sum(errors));
        for (; i < length; i++)
        {
            var rounded = MathF.Round(x[i] * inverse);
            var error = x[i] - (rounded * scale);
            square += x[i] * x[i];
            errorSquare += error * error;
            q[i] = (short)rounded;
        }

        return new QuantizedVector(scale, MathF.Sqrt(square), MathF.Sqrt(errorSquare));
    }

    private static unsafe float Largest(float* x, int length)
    {
        var largest = Vector256<float>.Zero;
        var i = 0;
        for (; i + 8 <= length; i += 8)
        {
            largest = Vector256.Max(largest, Vector256.Abs(Vector256.Load(x + i)));
        }

        var max = 0f;
        for (var lane = 0; lane < 8; lane++)
        {
            max = MathF.Max(max, largest[lane]);
        }

        for (; i < length; i++)
        {
            max = MathF.Max(max, MathF.Abs(x[i]));
        }

        return max;
    }
}
