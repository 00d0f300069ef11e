using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// One fused pass of Adam over parameters p, gradients g and moments m, v:
/// m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← (1 − ηω)p − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).
/// Bound by memory: one pass instead of eight is two to five times as fast as composed vector operations.
/// </summary>
public static unsafe class Adam
{
    private const int Chunk = 1 << 16;

    /// <summary>One step on <paramref name="length"/> parameters.</summary>
    /// <param name="p">Parameters.</param>
    /// <param name="g">Gradients; not changed.</param>
    /// <param name="m">First moments.</param>
    /// <param name="v">Second moments.</param>
    /// <param name="length">Number of parameters.</param>
    /// <param name="settings">Settings of this step.</param>
    /// <param name="step">t, from 1.</param>
    /// <param name="gradientScale">Factor on every gradient, for clipping by the global norm.</param>
    public static void Step(
        float* p, float* g, float* m, float* v, long length, AdamSettings settings, long step, float gradientScale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        var chunks = (int)((length + Chunk - 1) / Chunk);
        if (chunks <= 1)
        {
            StepRange(p, g, m, v, length, settings, step, gradientScale);
            return;
        }

        WorkerPool.For(chunks, (chunk, _) =>
        {
            var start = (long)chunk * Chunk;
            StepRange(p + start, g + start, m + start, v + start, Math.Min(Chunk, length - start), settings, step, gradientScale);
        });
    }

    /// <summary>The same on the calling thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StepRange(
        float* p, float* g, float* m, float* v, long length, AdamSettings settings, long step, float gradientScale = 1)
    {
        var c = Constants.Of(settings, step);
        var beta1 = Vector256.Create(settings.Beta1);
        var beta2 = Vector256.Create(settings.Beta2);
        var one1 = Vector256.Create(1 - settings.Beta1);
        var one2 = Vector256.Create(1 - settings.Beta2);
        var rate = Vector256.Create(c.Rate);
        var root = Vector256.Create(c.Root);
        var epsilon = Vector256.Create(settings.Epsilon);
        var keep = Vector256.Create(c.Keep);
        var scale = Vector256.Create(gradientScale);
        var i = 0L;
        for (; i + 8 <= length; i += 8)
        {
            var gradient = Vector256.Load(g + i) * scale;
            var m1 = (beta1 * Vector256.Load(m + i)) + (one1 * gradient);
            var v1 = (beta2 * Vector256.Load(v + i)) + (one2 * (gradient * gradient));
            m1.Store(m + i);
            v1.Store(v + i);
            ((keep * Vector256.Load(p + i)) - (rate * m1 / ((Vector256.Sqrt(v1) * root) + epsilon))).Store(p + i);
        }

        for (; i < length; i++)
        {
            var gradient = g[i] * gradientScale;
            m[i] = (settings.Beta1 * m[i]) + ((1 - settings.Beta1) * gradient);
            v[i] = (settings.Beta2 * v[i]) + ((1 - settings.Beta2) * (gradient * gradient));
            p[i] = (c.Keep * p[i]) - (c.Rate * m[i] / ((MathF.Sqrt(v[i]) * c.Root) + settings.Epsilon));
        }
    }

    /// <summary>What depends on the step alone: Rate = η / (1 − β₁ᵗ), Root = 1 / √(1 − β₂ᵗ), Keep = 1 − ηω.</summary>
    public readonly record struct Constants(float Rate, float Root, float Keep)
    {
        public static Constants Of(AdamSettings settings, long step) => new(
            (float)(settings.LearningRate / (1 - Math.Pow(settings.Beta1, step))),
            (float)(1 / Math.Sqrt(1 - Math.Pow(settings.Beta2, step))),
            1 - (settings.LearningRate * settings.WeightDecay));
    }
}
