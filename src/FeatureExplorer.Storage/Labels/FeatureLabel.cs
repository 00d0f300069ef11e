namespace FeatureExplorer.Storage.Labels;

/// <summary>What somebody says that a feature stands for.</summary>
/// <param name="Index">Index of the feature.</param>
/// <param name="Text">The label, one line; empty where it was taken back.</param>
/// <param name="Note">More about it; may be empty.</param>
/// <param name="Author">Name of the account.</param>
/// <param name="Created">When it was written, UTC.</param>
/// <param name="IsOfOlderPublication">It was written for an earlier dictionary of this name, whose features may have been others.</param>
public sealed record FeatureLabel(int Index, string Text, string Note, string Author, DateTime Created, bool IsOfOlderPublication)
{
    /// <summary>Longest label, characters.</summary>
    public const int LongestText = 120;

    /// <summary>Longest note, characters.</summary>
    public const int LongestNote = 4_000;
}
