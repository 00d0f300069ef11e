using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>The functions of <see cref="NeuronKind"/> and their derivatives, on vectors of eight. Both GELU and SiLU are x times a smooth step s(x).</summary>
internal static unsafe class NeuronFunction
{
    private const float TanhInner = 0.7978845608f; // √(2/π)
    private const float TanhCubic = 0.044715f;
    private const float InverseSqrt2 = 0.70710678118f;
    private const float InverseSqrt2Pi = 0.39894228040f;

    /// <summary>y[i] = f(x[i]); the two may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(NeuronKind kind, float* x, float* y, int length)
    {
        var i = 0;
        for (; i + 8 <= length; i += 8)
        {
            Value(kind, Vector256.Load(x + i)).Store(y + i);
        }

        for (; i < length; i++)
        {
            y[i] = Value(kind, Vector256.Create(x[i])).ToScalar();
        }
    }

    /// <summary>y[i] = f(gate[i]) · up[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ApplyGated(NeuronKind kind, float* gate, float* up, float* y, int length)
    {
        var i = 0;
        for (; i + 8 <= length; i += 8)
        {
            (Value(kind, Vector256.Load(gate + i)) * Vector256.Load(up + i)).Store(y + i);
        }

        for (; i < length; i++)
        {
            y[i] = Value(kind, Vector256.Create(gate[i])).ToScalar() * up[i];
        }
    }

    /// <summary>gradient[i] *= f′(x[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(NeuronKind kind, float* x, float* gradient, int length)
    {
        var i = 0;
        for (; i + 8 <= length; i += 8)
        {
            (Derivative(kind, Vector256.Load(x + i)) * Vector256.Load(gradient + i)).Store(gradient + i);
        }

        for (; i < length; i++)
        {
            gradient[i] *= Derivative(kind, Vector256.Create(x[i])).ToScalar();
        }
    }

    /// <summary>From the gradient of f(gate) · up: gateGradient = gradient · up · f′(gate), and gradient becomes that of up, gradient · f(gate).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardGated(NeuronKind kind, float* gate, float* up, float* gradient, float* gateGradient, int length)
    {
        var i = 0;
        for (; i + 8 <= length; i += 8)
        {
            var (g, d) = (Vector256.Load(gate + i), Vector256.Load(gradient + i));
            (d * Vector256.Load(up + i) * Derivative(kind, g)).Store(gateGradient + i);
            (d * Value(kind, g)).Store(gradient + i);
        }

        for (; i < length; i++)
        {
            var g = Vector256.Create(gate[i]);
            gateGradient[i] = gradient[i] * up[i] * Derivative(kind, g).ToScalar();
            gradient[i] *= Value(kind, g).ToScalar();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Value(NeuronKind kind, Vector256<float> x) =>
        kind == NeuronKind.Relu ? Vector256.Max(x, Vector256<float>.Zero) : x * Step(kind, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Derivative(NeuronKind kind, Vector256<float> x)
    {
        var step = Step(kind, x);
        return kind switch
        {
            NeuronKind.Relu => step,
            NeuronKind.Silu => step + (x * step * (Vector256<float>.One - step)),
            NeuronKind.GeluTanh => step + (x * step * (Vector256<float>.One - step) * (2 * TanhInner) * (Vector256<float>.One + (x * x * (3 * TanhCubic)))),
            _ => step + (x * InverseSqrt2Pi * VectorMath.Exp(x * x * -0.5f)),
        };
    }

    /// <summary>What x is multiplied by: σ(x), σ(2u) = ½ (1 + tanh u), or Φ(x); of ReLU 1 above zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Step(NeuronKind kind, Vector256<float> x) => kind switch
    {
        NeuronKind.Relu => Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256<float>.Zero), Vector256<float>.One, Vector256<float>.Zero),
        NeuronKind.Silu => Sigmoid(x),
        NeuronKind.GeluTanh => Sigmoid(x * (2 * TanhInner) * (Vector256<float>.One + (x * x * TanhCubic))),
        _ => Normal(x),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + VectorMath.Exp(-x));

    /// <summary>Φ(x) = ½ erfc(−x/√2), within 1e-7: erfc z = t e^(−z²) (a₁ + t (a₂ + …)), t = 1 / (1 + p z) (Abramowitz and Stegun 7.1.26).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Normal(Vector256<float> x)
    {
        var z = Vector256.Abs(x) * InverseSqrt2;
        var t = Vector256<float>.One / (Vector256<float>.One + (z * 0.3275911f));
        var sum = Vector256.Create(1.061405429f);
        sum = (sum * t) + Vector256.Create(-1.453152027f);
        sum = (sum * t) + Vector256.Create(1.421413741f);
        sum = (sum * t) + Vector256.Create(-0.284496736f);
        sum = (sum * t) + Vector256.Create(0.254829592f);
        var tail = sum * t * VectorMath.Exp(-(z * z)) * 0.5f;
        return Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256<float>.Zero), Vector256<float>.One - tail, tail);
    }
}
