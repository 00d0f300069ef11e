using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>What a context looks like in the held-out text.</summary>
/// <param name="Count">Number of tokens inside.</param>
/// <param name="Tokens">Number of held-out tokens covered.</param>
/// <param name="Domains">Where its tokens are: by domain, most first.</param>
/// <param name="Matches">Windows around tokens inside, drawn with a fixed seed, in the order of the text; 1 marks tokens inside, 0 others.</param>
public sealed record ContextPreview(long Count, long Tokens, IReadOnlyList<ContextPreview.Domain> Domains, IReadOnlyList<Example> Matches)
{
    /// <summary>Share of the tokens inside.</summary>
    public double Share => (double)Count / Tokens;

    /// <summary>A domain of the corpus, null for documents without one.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Inside">Tokens inside.</param>
    /// <param name="Of">All its tokens.</param>
    public sealed record Domain(string? Name, long Inside, long Of);
}
