using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// y = (x − μ) / σ · gain + bias for each row, with μ the row's mean and σ² its (biased) variance plus ε (Ba et al. 2016). An RMSNorm (Zhang and Sennrich
/// 2019) is the same with μ = 0 and no bias: σ² is then the mean of x² plus ε.
/// </summary>
internal static unsafe class LayerNorm
{
    /// <summary>x, y: [rows, width]; keeps μ and 1/σ of each row for the way back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* x, float* gain, float* bias, float epsilon, float* y, float* mean, float* inverseSigma, int rows, int width, NormKind kind = NormKind.LayerNorm)
    {
        for (var row = 0; row < rows; row++, x += width, y += width)
        {
            var mu = kind == NormKind.LayerNorm ? Sum(x, width) / width : 0;
            var inverse = 1 / MathF.Sqrt((SquaredDeviation(x, mu, width) / width) + epsilon);
            var i = 0;
            for (; i + 8 <= width; i += 8)
            {
                var hat = (Vector256.Load(x + i) - Vector256.Create(mu)) * inverse;
                ((hat * Vector256.Load(gain + i)) + Vector256.Load(bias + i)).Store(y + i);
            }
            for (; i < width; i++)
            {
                y[i] = ((x[i] - mu) * inverse * gain[i]) + bias[i];
            }
            mean[row] = mu;
            inverseSigma[row] = inverse;
        }
    }

    /// <summary>
    /// dx = residual + (g − mean(g) − x̂ · mean(g ∘ x̂)) / σ with g = dy ∘ gain and x̂ = (x − μ) / σ; residual and dx may be the same.
    /// Adds to dGain = Σ dy ∘ x̂ and dBias = Σ dy. Of an RMSNorm, mean(g) is left out.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(
        float* dy, float* x, float* gain, float* mean, float* inverseSigma, float* residual, float* dx, float* dGain, float* dBias, int rows, int width,
        NormKind kind = NormKind.LayerNorm)
    {
        for (var row = 0; row < rows; row++, dy += width, x += width, residual += width, dx += width)
        {
            var (mu, inverse) = (mean[row], inverseSigma[row]);
            Accumulate(dy, x, gain, mu, inverse, dGain, dBias, width, out var sum, out var product);
            sum = kind == NormKind.LayerNorm ? sum / width : 0;
            product /= width;
            var i = 0;
            for (; i + 8 <= width; i += 8)
            {
                var hat = (Vector256.Load(x + i) - Vector256.Create(mu)) * inverse;
                var g = Vector256.Load(dy + i) * Vector256.Load(gain + i);
                (Vector256.Load(residual + i) + ((g - Vector256.Create(sum) - (hat * product)) * inverse)).Store(dx + i);
            }
            for (; i < width; i++)
            {
                dx[i] = residual[i] + (((dy[i] * gain[i]) - sum - ((x[i] - mu) * inverse * product)) * inverse);
            }
        }
    }

    /// <summary>The sums of g and g ∘ x̂ over one row, and the row's share of dGain and dBias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(
        float* dy, float* x, float* gain, float mu, float inverse, float* dGain, float* dBias, int width, out float sum, out float product)
    {
        var sums = Vector256<float>.Zero;
        var products = Vector256<float>.Zero;
        var i = 0;
        for (; i + 8 <= width; i += 8)
        {
            var hat = (Vector256.Load(x + i) - Vector256.Create(mu)) * inverse;
            var d = Vector256.Load(dy + i);
            var g = d * Vector256.Load(gain + i);
            sums += g;
            products += g * hat;
            (Vector256.Load(dGain + i) + (d * hat)).Store(dGain + i);
            (Vector256.Load(dBias + i) + d).Store(dBias + i);
        }
        sum = Vector256.Sum(sums);
        product = Vector256.Sum(products);
        for (; i < width; i++)
        {
            var hat = (x[i] - mu) * inverse;
            sum += dy[i] * gain[i];
            product += dy[i] * gain[i] * hat;
            dGain[i] += dy[i] * hat;
            dBias[i] += dy[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(float* x, int width)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i + 8 <= width; i += 8)
        {
            sums += Vector256.Load(x + i);
        }
        var sum = Vector256.Sum(sums);
        for (; i < width; i++)
        {
            sum += x[i];
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SquaredDeviation(float* x, float mu, int width)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i + 8 <= width; i += 8)
        {
            var deviation = Vector256.Load(x + i) - Vector256.Create(mu);
            sums += deviation * deviation;
        }
        var sum = Vector256.Sum(sums);
        for (; i < width; i++)
        {
            sum += (x[i] - mu) * (x[i] - mu);
        }
        return sum;
    }
}
