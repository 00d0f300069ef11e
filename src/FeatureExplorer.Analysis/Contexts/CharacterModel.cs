using System.Buffers;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// A context in which every character is drawn independently: P(s | context) = Π P(c), with one probability for the characters of its
/// alphabet and 10⁻¹⁰ for any other (Bricken et al. 2023, appendix on feature proxies; alphabets are ASCII, so a byte is a character).
/// </summary>
internal sealed record CharacterModel(string Name, string Title, string Alphabet, double Probability)
{
    /// <summary>Probability of a character that the context does not have.</summary>
    public const double Foreign = 1e-10;

    // By chance a short token has only letters of the alphabet (CAT): two tokens or more say something.
    public const int MinimumTokens = 2;

    private const string Base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const string HexadecimalAlphabet = "0123456789abcdefABCDEF";

    public static IReadOnlyList<CharacterModel> All { get; } =
    [
        new("dna", "DNA", "ACGT", 1.0 / 4),
        new("base64", "base64", Base64Alphabet, 1.0 / 64),
        new("hexadecimal", "hexadecimal", HexadecimalAlphabet, 1.0 / 22),
    ];

    /// <summary>ln P(t | context) − ln p(t) for every token: the ratio of a string is the sum over its tokens.</summary>
    public float[] LogRatios(ITokenizer tokenizer, UnigramModel unigrams)
    {
        var alphabet = SearchValues.Create([.. Alphabet.Select(static letter => (byte)letter)]);
        var ratios = new float[tokenizer.VocabularySize];
        for (var token = 0; token < ratios.Length; token++)
        {
            ratios[token] = (float)(LogProbability(tokenizer.Bytes(token), alphabet) - unigrams.LogProbability(token));
        }

        return ratios;
    }

    private double LogProbability(ReadOnlySpan<byte> bytes, SearchValues<byte> alphabet)
    {
        // The end of a text is no part of it, so it counts as a foreign character.
        var sum = bytes.IsEmpty ? Math.Log(Foreign) : 0;
        foreach (var letter in bytes)
        {
            sum += Math.Log(alphabet.Contains(letter) ? Probability : Foreign);
        }

        return sum;
    }
}
