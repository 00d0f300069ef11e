using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Dictionaries;

namespace FeatureExplorer.Tests.Analysis.Steering;

/// <summary>A small dictionary of random weights, of ReLU or of matching pursuit, and what it computes in plain loops and double precision.</summary>
internal sealed class PlainDictionary : IDisposable
{
    public const int Features = 9;

    public PlainDictionary(Site site, int inputs, RowNormalisation normalisation = RowNormalisation.None, PursuitShape? pursuit = null)
    {
        if (pursuit is not null)
        {
            Dictionary = PlainPursuit.Dictionary(inputs, Features, pursuit, site, normalisation);
            return;
        }

        Dictionary = new SparseAutoencoder(inputs, Features) { Site = site, Normalisation = normalisation };
        var random = new CounterRandom(5);
        Fill(Dictionary.WEnc.Span(), random.Stream("enc"), 0.4f);
        Fill(Dictionary.BEnc.Span(), random.Stream("b_enc"), 0.3f);
        Fill(Dictionary.WDec.Span(), random.Stream("dec"), 0.3f);
        Fill(Dictionary.BDec.Span(), random.Stream("b_dec"), 0.2f);
    }

    public SparseAutoencoder Dictionary { get; }

    /// <summary>f = ReLU(W_enc (x' − b_dec) + b_enc), or step by step.</summary>
    public double[] Encode(double[] x)
    {
        var read = DictionaryReference.Normalise(x, Dictionary.Normalisation).X;
        return Dictionary.Pursuit is not null ? PlainPursuit.Encode(Dictionary, read) : [.. Enumerable.Range(0, Features).Select(feature =>
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
