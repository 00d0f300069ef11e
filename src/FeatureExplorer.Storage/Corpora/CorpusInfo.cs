namespace FeatureExplorer.Storage.Corpora;

/// <summary>A text collection that runs can be trained on.</summary>
public sealed record CorpusInfo
{
    /// <summary>Name, part of addresses.</summary>
    public required string Name { get; init; }

    public required CorpusOrigin Origin { get; init; }

    /// <summary>Where it came from: the uploaded file's name, the folder, the address.</summary>
    public required string From { get; init; }

    /// <summary>Files to read: paths, relative ones below the data folder.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    public CorpusState State { get; init; }

    /// <summary>What the state is about: bytes received, or why it failed.</summary>
    public string Message { get => field ?? string.Empty; init; }

    /// <summary>Size of the files as stored.</summary>
    public long FileBytes { get; init; }

    /// <summary>UTF-8 bytes of text.</summary>
    public long TextBytes { get; init; }

    public int Documents { get; init; }

    /// <summary>Largest first; documents without a domain are not among them.</summary>
    public IReadOnlyList<CorpusDomain> Domains { get => field ?? []; init; }

    /// <summary>The starts of the first documents.</summary>
    public IReadOnlyList<CorpusExcerpt> Preview { get => field ?? []; init; }

    /// <summary>How many problems reading met; 0 also for a corpus that was added before they were counted.</summary>
    public long ProblemCount { get; init; }

    /// <summary>The first problems that reading met.</summary>
    public IReadOnlyList<string> Problems { get => field ?? []; init; }

    /// <summary>Who added it, or null.</summary>
    public string? AddedBy { get; init; }

    public DateTime Created { get; init; }
}
