using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

/// <summary>A small transcoder of random weights, and what it computes in plain loops and double precision.</summary>
internal sealed class PlainTranscoder : IDisposable
{
    public const int Features = 9;

    public PlainTranscoder(int inputs, int outputs, bool skips, Site? input = null, DictionaryActivation activation = DictionaryActivation.Relu, int k = 0)
    {
        Dictionary = new SparseAutoencoder(inputs, Features, activation, k, new TranscoderShape(outputs, skips))
        {
            Site = input,
            OutputSite = input is null ? null : input with { Kind = SiteKind.MlpOut },
        };
        var random = new CounterRandom(8);
        foreach (var (name, buffer) in new[]
        {
            ("enc", Dictionary.WEnc), ("b_enc", Dictionary.BEnc), ("dec", Dictionary.WDec), ("b_dec", Dictionary.BDec), ("skip", Dictionary.WSkip), ("threshold", Dictionary.Threshold),
        })
        {
            var stream = random.Stream(name);
            for (var i = 0; i < buffer?.Length; i++)
            {
                buffer.Span()[i] = name == "threshold" ? 0.2f * stream.Uniform((ulong)i) : 0.35f * stream.Normal((ulong)i);
            }
        }
    }

    public SparseAutoencoder Dictionary { get; }

    /// <summary>f = ReLU(W_enc x + b_enc), of JumpReLU where that is above its threshold.</summary>
    public double[] Encode(IReadOnlyList<double> x) => [.. Enumerable.Range(0, Features).Select(feature =>
    {
        var p = Dictionary.BEnc.Span()[feature] + x.Select((value, i) => Dictionary.EncoderRow(feature)[i] * value).Sum();
        return p > (Dictionary.Threshold?.Span()[feature] ?? 0) ? p : 0;
    })];

    /// <summary>Σ f_i d_i + b_dec + W_skip x.</summary>
    public double[] Decode(double[] f, IReadOnlyList<double> x) => [.. Enumerable.Range(0, Dictionary.Outputs).Select(j =>
        Dictionary.BDec.Span()[j] + f.Select((value, feature) => value * Dictionary.DecoderRow(feature)[j]).Sum()
        + (Dictionary.WSkip is null ? 0 : x.Select((value, i) => Dictionary.WSkip.Span()[(j * Dictionary.Inputs) + i] * value).Sum()))];

    public void Dispose() => Dictionary.Dispose();
}
