namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>What corpus.json says of a tokenised corpus.</summary>
public sealed record CorpusSummary
{
    internal const string ThisFormat = "FeatureExplorer corpus";
    internal const int ThisVersion = 1;

    public required string Format { get; init; }

    public required int Version { get; init; }

    /// <summary>SHA-256 of tokens, documents, domains and tokenizer, in hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>The paths, or the name of another source.</summary>
    public required string Source { get; init; }

    public required string TokenizerHash { get; init; }

    public required int VocabularySize { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>The mixture, as "domain=share,…"; empty when everything was kept.</summary>
    public required string Keep { get; init; }

    public required SplitSummary Training { get; init; }

    public required SplitSummary HeldOut { get; init; }

    /// <summary>In the order of the domain numbers of <see cref="TokenStore.DomainOf"/>.</summary>
    public required IReadOnlyList<DomainSummary> Domains { get; init; }

    /// <summary>UTF-8 bytes of text to one token, documents' ends not counted.</summary>
    public required double BytesPerToken { get; init; }

    /// <summary>Documents that were cut because otherwise no text could have been held out.</summary>
    public required int DocumentsCut { get; init; }

    public required long ProblemCount { get; init; }

    /// <summary>How many of the problems left text out.</summary>
    public required long SkippedCount { get; init; }

    /// <summary>The first ones.</summary>
    public required IReadOnlyList<CorpusProblem> Problems { get; init; }
}
