namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>What a tokenizer's files may have at most: several times what the largest known ones have, and little enough to be read.</summary>
internal static class TokenizerLimits
{
    public const int MostIds = 1 << 22;
    public const int MostMerges = 1 << 23;
    public const int MostAddedTokens = 1 << 17;
    public const int MostComponents = 100;
    public const int LongestToken = 1 << 14;
    public const long LargestFile = 1L << 28;

    /// <summary>Of all ids up to the largest at least one in this many has a token.</summary>
    public const int SparsestIds = 16;
}
