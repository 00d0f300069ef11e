namespace FeatureExplorer.Web.Features;

/// <summary>What a frame shows of a feature.</summary>
/// <param name="Histogram">The histogram of its activations.</param>
/// <param name="Examples">Its strongest examples.</param>
/// <param name="Logits">The tokens that it promotes and suppresses.</param>
public sealed record EmbedParts(bool Histogram, bool Examples, bool Logits)
{
    /// <summary>The parts that an address names, separated by commas; all of them where it names none.</summary>
    public static EmbedParts Parse(string? words)
    {
        var named = (words ?? string.Empty).Split(',', StringSplitOptions.TrimEntries);
        var parts = new EmbedParts(Has(named, "histogram"), Has(named, "examples"), Has(named, "logits"));
        return parts is { Histogram: false, Examples: false, Logits: false } ? new EmbedParts(true, true, true) : parts;
    }

    private static bool Has(string[] named, string word) => named.Contains(word, StringComparer.OrdinalIgnoreCase);
}
