namespace FeatureExplorer.Analysis.Contexts;

/// <summary>contexts.json: what the two binary files beside it hold.</summary>
/// <param name="Version">Version of the layout.</param>
/// <param name="Corpus">Hash of the tokenised corpus.</param>
/// <param name="Tokens">Held-out tokens covered, from the start of the split.</param>
/// <param name="Lookback">Longest string, in tokens, over which a ratio was maximised.</param>
/// <param name="Contexts">The contexts, in the order of their bits and rows.</param>
/// <param name="Members">Number of tokens inside each.</param>
internal sealed record ContextSetHeader(
    int Version, string Corpus, long Tokens, int Lookback, IReadOnlyList<ContextInfo> Contexts, IReadOnlyList<long> Members)
{
    public const int CurrentVersion = 1;
    public const string HeaderFile = "contexts.json";

    /// <summary>[context][position] log-likelihood ratios, half precision.</summary>
    public const string RatioFile = "llr.bin";

    /// <summary>[position] 64 bits, bit c for context c.</summary>
    public const string MemberFile = "members.bin";
}
