using FeatureExplorer.Engine.Dictionaries.Files;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>The gradients of <c>paper-2023</c>, and the way from a step's parameters.</summary>
public sealed partial class DictionaryReference
{
    /// <summary>The parameters of a training step.</summary>
    internal static DictionaryReference Of(DictionaryTensors parameters, Training.DictionaryOptions options)
    {
        var reference = new DictionaryReference(parameters.Inputs, options);
        for (var i = 0; i < parameters.Features; i++)
        {
            for (var j = 0; j < parameters.Inputs; j++)
            {
                reference.WEnc[(i * parameters.Inputs) + j] = parameters.EncoderRow(i)[j];
                reference.WDec[(i * parameters.Inputs) + j] = parameters.DecoderRow(i)[j];
            }

            reference.BEnc[i] = parameters.EncoderBias()[i];
            for (var k = 0; k < reference.Extras.Count; k++)
            {
                reference.Extras[k][i] = parameters.Extra(k)[i];
            }
        }

        for (var j = 0; j < parameters.Inputs; j++)
        {
            reference.BDec[j] = parameters.DecoderBias()[j];
        }

        return reference;
    }

    /// <summary>∂Loss/∂(every parameter) of <c>paper-2023</c>, by the chain rule; for the other variants finite differences of <see cref="Loss"/> say the same.</summary>
    /// <exception cref="NotSupportedException">It is another variant.</exception>
    public DictionaryReference Gradients(double[][] x, double lambda)
    {
        if (_options.Variant != DictionaryVariants.Paper2023)
        {
            throw new NotSupportedException($"The gradients of {_options.Variant} are not written out; take finite differences of the loss.");
        }

        var gradients = new DictionaryReference(_n, _options);
        var f = Encode(x);
        for (var row = 0; row < x.Length; row++)
        {
            // R = ∂L/∂x̂
            double[] residual = [.. Decode(f[row]).Zip(x[row], (xHat, value) => 2 * (xHat - value) / (_n * x.Length))];
            for (var j = 0; j < _n; j++)
            {
                gradients.BDec[j] += residual[j];
            }

            for (var i = 0; i < _m; i++)
            {
                if (f[row][i] > 0)
                {
                    AddFeature(gradients, i, f[row][i], x[row], residual, lambda / x.Length);
                }
            }
        }

        return gradients;
    }

    private void AddFeature(DictionaryReference gradients, int i, double f, double[] x, double[] residual, double penalty)
    {
        // δ = ∂L/∂f
        var delta = penalty;
        for (var j = 0; j < _n; j++)
        {
            delta += residual[j] * WDec[(i * _n) + j];
        }

        gradients.BEnc[i] += delta;
        for (var j = 0; j < _n; j++)
        {
            gradients.WDec[(i * _n) + j] += f * residual[j];
            gradients.WEnc[(i * _n) + j] += delta * (x[j] - BDec[j]);
            gradients.BDec[j] -= delta * WEnc[(i * _n) + j];
        }
    }
}
