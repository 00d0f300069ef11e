using System.Numerics.Tensors;

namespace FeatureExplorer.Engine.Dictionaries.Exports;

/// <summary>
/// A dictionary whose latents had signs where it came from has two features for each here: i with e, b_enc, d and m + i with −e, −b_enc, −d, of which the k largest stay. These are its m latents again,
/// of which the k of largest size stay, with their signs: a latent is f_i − f_(m + i).
/// </summary>
internal static class SignedPairs
{
    /// <summary>What SAELens calls such a dictionary.</summary>
    public const string Architecture = "abstopk";

    /// <summary>The dictionary with m latents in the place of 2 m features; null where its features are no such pairs. The caller disposes it.</summary>
    public static SparseAutoencoder? Joined(SparseAutoencoder dictionary)
    {
        var (latents, odd) = Math.DivRem(dictionary.Features, 2);
        if (dictionary.Activation != DictionaryActivation.TopK || dictionary.IsTranscoder || odd != 0 || dictionary.K > latents || !AreMirrored(dictionary, latents))
        {
            return null;
        }

        var joined = new SparseAutoencoder(dictionary.Inputs, latents, DictionaryActivation.TopK, dictionary.K) { Site = dictionary.Site, Normalisation = dictionary.Normalisation };
        for (var i = 0; i < latents; i++)
        {
            dictionary.EncoderRow(i).CopyTo(joined.EncoderRow(i));
            dictionary.DecoderRow(i).CopyTo(joined.DecoderRow(i));
        }

        dictionary.BEnc.Span(0, latents).CopyTo(joined.BEnc.Span());
        dictionary.BDec.Span().CopyTo(joined.BDec.Span());
        return joined;
    }

    /// <summary>What is said of 2 m features, of m latents: one fires where either half does, which are never both active.</summary>
    public static ExportedFacts Joined(ExportedFacts facts, int latents)
    {
        if (facts.Densities is not { } all || all.Count != 2 * latents)
        {
            return facts with { Densities = null, Dead = null };
        }

        double[] densities = [.. Enumerable.Range(0, latents).Select(i => all[i] + all[latents + i])];
        return facts with { Densities = densities, Dead = facts.Dead is null ? null : densities.Count(static density => density == 0) };
    }

    // The import negates bits, and what it folds afterwards it folds into both halves alike: a pair is exact, or it is none.
    private static bool AreMirrored(SparseAutoencoder dictionary, int latents)
    {
        float[] encoder = new float[dictionary.Inputs], decoder = new float[dictionary.Outputs];
        for (var i = 0; i < latents; i++)
        {
            TensorPrimitives.Negate(dictionary.EncoderRow(latents + i), encoder);
            TensorPrimitives.Negate(dictionary.DecoderRow(latents + i), decoder);
            if (!dictionary.EncoderRow(i).SequenceEqual(encoder) || !dictionary.DecoderRow(i).SequenceEqual(decoder) || dictionary.BEnc.Span()[i] != -dictionary.BEnc.Span()[latents + i])
            {
                return false;
            }
        }

        return true;
    }
}
