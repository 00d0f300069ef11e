namespace FeatureExplorer.Analysis.Contexts;

/// <summary>A context while it is being built: where its tokens and ratios come from.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Title">What a reader sees.</param>
/// <param name="Kind">Script, character model or domain.</param>
/// <param name="Number">Index among the scripts, the character models or the corpus's domains.</param>
internal sealed record ContextSource(string Name, string Title, ContextKind Kind, int Number)
{
    /// <summary>Held-out tokens inside.</summary>
    public long Members { get; set; }

    /// <summary>Bit in the membership words.</summary>
    public int Bit { get; set; }

    /// <summary>Column in the string ratios, where it has one.</summary>
    public int Column { get; set; }
}
