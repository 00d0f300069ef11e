namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>What an imported model was made from, and what was assumed about it.</summary>
/// <param name="Family">The kind of model: "GPT-2".</param>
/// <param name="Files">Name of the folder or file, with that of its folder.</param>
/// <param name="Weights">SHA-256 of the weights as they are kept here, lower-case hexadecimal.</param>
public sealed record ModelOrigin(string Family, string Files, string Weights)
{
    /// <summary>Number of parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>Tokens of the longest window that the model takes.</summary>
    public int LongestContext { get; init; }

    /// <summary>The token before every window, as its vocabulary spells it, such as "&lt;|endoftext|&gt;"; null for none.</summary>
    public string? StartToken { get; init; }

    /// <summary>What was assumed or changed, in sentences.</summary>
    public IReadOnlyList<string> Notes { get => field ?? []; init; }
}
