namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// The dictionary in plain loops and double precision: the equations of <see cref="SparseAutoencoder"/> as they are written, dense, with
/// their gradients. Slow, and what the fast paths are tested against. W_enc and W_dec are [m, n].
/// </summary>
public sealed class DictionaryReference(int inputs, int features)
{
    /// <summary>[m, n].</summary>
    public double[] WEnc { get; } = new double[features * inputs];

    /// <summary>[m].</summary>
    public double[] BEnc { get; } = new double[features];

    /// <summary>[m, n].</summary>
    public double[] WDec { get; } = new double[features * inputs];

    /// <summary>[n].</summary>
    public double[] BDec { get; } = new double[inputs];

    /// <summary>f [m] = ReLU(W_enc (x − b_dec) + b_enc).</summary>
    public double[] Encode(ReadOnlySpan<double> x)
    {
        var f = new double[features];
        for (var i = 0; i < features; i++)
        {
            var sum = BEnc[i];
            for (var j = 0; j < inputs; j++)
            {
                sum += WEnc[(i * inputs) + j] * (x[j] - BDec[j]);
            }

            f[i] = Math.Max(0, sum);
        }

        return f;
    }

    /// <summary>x̂ [n] = Σ_i f_i d_i + b_dec.</summary>
    public double[] Decode(ReadOnlySpan<double> f)
    {
        var xHat = (double[])BDec.Clone();
        for (var i = 0; i < features; i++)
        {
            for (var j = 0; j < inputs; j++)
            {
                xHat[j] += f[i] * WDec[(i * inputs) + j];
            }
        }

        return xHat;
    }

    /// <summary>Mean over the rows x [rows, n] of the mean squared error, and of λ Σ f.</summary>
    public (double MeanSquaredError, double L1) Loss(ReadOnlySpan<double> x, double lambda)
    {
        var rows = x.Length / inputs;
        var (squares, l1) = (0.0, 0.0);
        for (var row = 0; row < rows; row++)
        {
            var sample = x.Slice(row * inputs, inputs);
            var f = Encode(sample);
            var xHat = Decode(f);
            for (var j = 0; j < inputs; j++)
            {
                squares += (sample[j] - xHat[j]) * (sample[j] - xHat[j]) / inputs;
            }

            l1 += lambda * f.Sum();
        }

        return (squares / rows, l1 / rows);
    }

    /// <summary>∂Loss/∂(every parameter), by the chain rule.</summary>
    public DictionaryReference Gradients(ReadOnlySpan<double> x, double lambda)
    {
        var rows = x.Length / inputs;
        var gradients = new DictionaryReference(inputs, features);
        for (var row = 0; row < rows; row++)
        {
            var sample = x.Slice(row * inputs, inputs);
            var f = Encode(sample);
            var xHat = Decode(f);
            var residual = new double[inputs];
            for (var j = 0; j < inputs; j++)
            {
                residual[j] = 2 * (xHat[j] - sample[j]) / (inputs * rows);
                gradients.BDec[j] += residual[j];
            }

            for (var i = 0; i < features; i++)
            {
                if (f[i] > 0)
                {
                    AddFeature(gradients, i, f[i], sample, residual, lambda / rows);
                }
            }
        }

        return gradients;
    }

    private void AddFeature(
        DictionaryReference gradients, int i, double f, ReadOnlySpan<double> sample, double[] residual, double l1Gradient)
    {
        var delta = l1Gradient;
        for (var j = 0; j < inputs; j++)
        {
            delta += residual[j] * WDec[(i * inputs) + j];
        }

        gradients.BEnc[i] += delta;
        for (var j = 0; j < inputs; j++)
        {
            gradients.WDec[(i * inputs) + j] += f * residual[j];
            gradients.WEnc[(i * inputs) + j] += delta * (sample[j] - BDec[j]);
            gradients.BDec[j] -= delta * WEnc[(i * inputs) + j];
        }
    }
}
