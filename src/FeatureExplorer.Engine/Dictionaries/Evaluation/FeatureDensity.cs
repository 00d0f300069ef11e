using System.Numerics.Tensors;
using System.Text.Json.Serialization;

namespace FeatureExplorer.Engine.Dictionaries.Evaluation;

/// <summary>One point of a dictionary's density spectrum: how often a feature fires, beside its encoder bias and how its two vectors agree.</summary>
/// <param name="Feature">Number of the feature.</param>
/// <param name="Fired">Tokens on which it fires.</param>
/// <param name="Density">Share of the tokens on which it fires.</param>
/// <param name="EncoderBias">b_enc of the feature.</param>
/// <param name="EncoderDecoderCosine">Cosine of its encoder vector and its direction; 0 when one of them is zero, not a number of a transcoder, whose two lie at different sites.</param>
public sealed record FeatureDensity(int Feature, long Fired, double Density, float EncoderBias, float EncoderDecoderCosine)
{
    /// <summary>Below this density a firing feature is called ultralow, provided that enough tokens are looked at: <see cref="UltralowLimit"/>.</summary>
    public const double UltralowDensity = 1e-5;

    /// <summary>With fewer activations than this a firing feature is called ultralow whatever its density: too few examples to judge it by.</summary>
    public const int UltralowActivations = 20;

    /// <summary>log₁₀ of the density; null for a feature that never fires.</summary>
    public double? LogDensity => Fired > 0 ? Math.Log10(Density) : null;

    [JsonIgnore]
    public bool IsDead => Fired == 0;

    /// <summary>
    /// The density below which a firing feature is ultralow, for a number of tokens: 10⁻⁵, or what makes
    /// <see cref="UltralowActivations"/> activations if that is more (10⁻⁴ for 200,000 tokens).
    /// </summary>
    public static double UltralowLimit(long tokens) => Math.Max(UltralowDensity, (double)UltralowActivations / tokens);

    /// <summary>The spectrum of a dictionary whose features fired so often on so many tokens.</summary>
    public static IReadOnlyList<FeatureDensity> Spectrum(SparseAutoencoder dictionary, IReadOnlyList<long> fired, long tokens)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(fired);
        ArgumentOutOfRangeException.ThrowIfNotEqual(fired.Count, dictionary.Features);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        return [.. fired.Select((count, feature) => new FeatureDensity(
            feature, count, (double)count / tokens, dictionary.BEnc.Span()[feature], dictionary.IsTranscoder ? float.NaN : Cosine(dictionary.EncoderRow(feature), dictionary.DecoderRow(feature))))];
    }

    private static float Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var cosine = TensorPrimitives.CosineSimilarity(a, b);
        return float.IsFinite(cosine) ? cosine : 0;
    }
}
