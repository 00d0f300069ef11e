using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Engine.Dictionaries;

/// <content>What dictionaries that normalise every vector do before and after, as <see cref="RowNormalisation"/> writes it.</content>
public sealed partial class DictionaryReference
{
    /// <summary>x', μ and σ of a vector x [n].</summary>
    public static (double[] X, double Mean, double Gain) Normalise(double[] x, RowNormalisation normalisation)
    {
        ArgumentNullException.ThrowIfNull(x);
        switch (normalisation)
        {
            case RowNormalisation.LayerNorm:
                var mean = x.Average();
                var deviation = Math.Sqrt(x.Sum(value => (value - mean) * (value - mean)) / (x.Length - 1));
                return ([.. x.Select(value => (value - mean) / (deviation + RowNormaliser.Epsilon))], mean, deviation);
            case RowNormalisation.Norm:
                var gain = Math.Sqrt(x.Sum(static value => value * value) / x.Length);
                return ([.. x.Select(value => gain > 0 ? value / gain : 0)], 0, gain);
            default:
                return (x, 0, 1);
        }
    }

    /// <summary>x̂ [n] of what the decoder gives.</summary>
    public static double[] Undo(double[] xHat, double mean, double gain) => [.. xHat.Select(value => (gain * value) + mean)];
}
