namespace FeatureExplorer.Storage;

/// <summary>Where the numbers of a dictionary come from; shown under every one of its pages.</summary>
/// <param name="CorpusHash">Hash of the tokenised corpus.</param>
/// <param name="Tokens">Held-out tokens that every statistic was counted on.</param>
/// <param name="Mask">Which of them count: "every held-out token".</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Version">Version of the program.</param>
public sealed record Provenance(string CorpusHash, long Tokens, string Mask, long Seed, string Version);
