using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Analysis.Steering;

/// <summary>A small ReLU dictionary of random weights, and what it computes in plain loops and double precision.</summary>
internal sealed class PlainDictionary : IDisposable
{
    public const int Features = 9;

    public PlainDictionary(Site site, int inputs, RowNormalisation normalisation = RowNormalisation.None)
    {
        Dictionary = new SparseAutoencoder(inputs, Features) { Site = site, Normalisation = normalisation };
        var random = new CounterRandom(5);
        Fill(Dictionary.WEnc.Span(), random.Stream("enc"), 0.4f);
        Fill(Dictionary.BEnc.Span(), random.Stream("b_enc"), 0.3f);
        Fill(Dictionary.WDec.Span(), random.Stream("dec"), 0.3f);
        Fill(Dictionary.BDec.Span(), random.Stream("b_dec"), 0.2f);
    }

    public SparseAutoencoder Dictionary { get; }

    /// <summary>f = ReLU(W_enc (x' − b_dec) + b_enc).</summary>
    public double[] Encode(double[] x)
    {
        var read = DictionaryReference.Normalise(x, Dictionary.Normalisation).X;
        return [.. Enumerable.Range(0, Features).Select(feature =>
            Math.Max(0, Dictionary.BEnc.Span()[feature] + read.Select((value, i) => Dictionary.EncoderRow(feature)[i] * (value - Dictionary.BDec.Span()[i])).Sum()))];
    }

    /// <summary>x̂ = σ (Σ f_i d_i + b_dec) + μ, with μ and σ of x.</summary>
    public double[] Decode(double[] f, double[] x)
    {
        var (_, mean, gain) = DictionaryReference.Normalise(x, Dictionary.Normalisation);
        return DictionaryReference.Undo(
            [.. Enumerable.Range(0, Dictionary.Inputs).Select(i => Dictionary.BDec.Span()[i] + f.Select((value, feature) => value * Dictionary.DecoderRow(feature)[i]).Sum())], mean, gain);
    }

    public void Dispose() => Dictionary.Dispose();

    private static void Fill(Span<float> values, CounterRandom random, float scale)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = scale * random.Normal((ulong)i);
        }
    }
}
