namespace FeatureExplorer.Web.Operations;

/// <summary>How the server trains.</summary>
public sealed record TrainingOptions
{
    /// <summary>Whether this server takes runs from the queue at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Runs at a time. Each uses all processors: more than one makes each slower.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Folder below which administrators may name corpora; empty: none.</summary>
    public string CorpusRoot { get; init; } = string.Empty;

    internal IEnumerable<string> Problems()
    {
        if (Parallel is < 1 or > 64)
        {
            yield return $"Training:Parallel is {Parallel}; it must be from 1 to 64.";
        }

        if (CorpusRoot.Length > 0 && !Directory.Exists(CorpusRoot))
        {
            yield return $"Training:CorpusRoot is \"{CorpusRoot}\"; there is no such folder.";
        }
    }
}
