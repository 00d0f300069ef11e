using System.Globalization;
using System.Text.Json.Serialization;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>Where the numbers of a dictionary come from; shown under every one of its pages.</summary>
/// <param name="CorpusHash">Hash of the tokenised corpus.</param>
/// <param name="Tokens">Held-out tokens that every statistic was counted on.</param>
/// <param name="Mask">Which of them count: "every held-out token", "the first 300,000 of 474,348 held-out tokens".</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Version">Version of the program.</param>
public sealed record Provenance(string CorpusHash, long Tokens, string Mask, long Seed, string Version)
{
    /// <summary>Tokens that the corpus holds out; null where that is not known, and for imported dictionaries.</summary>
    public long? HeldOutTokens { get; init; }

    /// <summary>What the numbers were computed on: kind of device, library, precision; null for the CPU engine.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Device { get; init; }

    /// <summary>The dictionary whose weights its training started from; null where it started anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContinuedFrom? Continues { get; init; }

    /// <summary>The text that it is indexed over, where that is not its model's own; null for the model's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OtherText? OtherText { get; init; }

    /// <summary>The tokens as a sentence names them: "all 300,000 held-out tokens", "the first 300,000 of 474,348 held-out tokens".</summary>
    [JsonIgnore]
    public string Counted => HeldOutTokens == Tokens ? $"all {Number(Tokens)} held-out tokens" : MaskOf(Tokens, HeldOutTokens);

    /// <summary>Names the held-out tokens that were counted: an index covers them from the first on.</summary>
    /// <param name="tokens">How many were counted.</param>
    /// <param name="heldOut">How many there are, or null where that is not known.</param>
    public static string MaskOf(long tokens, long? heldOut) => heldOut switch
    {
        null => $"the first {Number(tokens)} held-out tokens",
        { } all when all == tokens => "every held-out token",
        { } all => $"the first {Number(tokens)} of {Number(all)} held-out tokens",
    };

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
