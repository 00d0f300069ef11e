using System.Collections.Concurrent;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>
/// A corpus as tokens on disk, divided by document into a training and a held-out split, with its tokenizer and the training split's token counts.
/// The folder may be moved.
/// </summary>
public sealed class TokenizedCorpus : IDisposable
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly ConcurrentDictionary<string, string> Whole = new(StringComparer.Ordinal);

    private TokenizedCorpus(string directory, CorpusSummary summary, ITokenizer tokenizer, TokenCounts counts, TokenStore training, TokenStore heldOut)
    {
        Directory = directory;
        Summary = summary;
        Tokenizer = tokenizer;
        Training = training;
        HeldOut = heldOut;
        UnigramCounts = counts.Total();
        DomainCounts = counts.Domains;
    }

    public string Directory { get; }

    public CorpusSummary Summary { get; }

    /// <summary>SHA-256 of tokens, documents, domains and tokenizer, in hexadecimal.</summary>
    public string Hash => Summary.Hash;

    public ITokenizer Tokenizer { get; }

    public TokenStore Training { get; }

    public TokenStore HeldOut { get; }

    /// <summary>Names by domain number, for both splits.</summary>
    public IReadOnlyList<string> Domains => Training.Domains;

    /// <summary>Training tokens by id [V], documents' ends included.</summary>
    public IReadOnlyList<long> UnigramCounts { get; }

    /// <summary>Training tokens by domain number and id [domains][V]; documents without a domain count in none.</summary>
    public IReadOnlyList<long[]> DomainCounts { get; }

    /// <summary>Whether a corpus lies in a folder.</summary>
    public static bool IsAt(string directory) => File.Exists(Path.Combine(directory, CorpusFiles.Summary));

    /// <summary>Opens a corpus that <see cref="Build"/> has written.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">A file is missing, truncated, foreign or does not belong to the others.</exception>
    public static TokenizedCorpus Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!System.IO.Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"There is no tokenised corpus in {directory}.");
        }

        if (CorpusFiles.All.FirstOrDefault(name => !File.Exists(Path.Combine(directory, name))) is { } missing)
        {
            throw new InvalidDataException($"{directory} is not a complete tokenised corpus: it has no {missing}; build the corpus again.");
        }

        return OpenFiles(directory);
    }

    /// <summary>
    /// Reads a corpus twice, once to learn the tokenizer from an even sample of its domains and once to encode it, and writes the result to a
    /// new folder: whole, or not at all. Memory is bounded, whatever the size of the corpus.
    /// </summary>
    /// <param name="directory">Must not exist, or be empty.</param>
    /// <param name="onProblem">Told of the first problems as they are met; the summary has their number.</param>
    /// <exception cref="InvalidDataException">The corpus holds no text, or too little.</exception>
    /// <exception cref="ArgumentException">An option makes no sense, the mixture names a domain that does not occur, or the folder is in use.</exception>
    public static TokenizedCorpus Build(
        ICorpusSource source,
        CorpusOptions options,
        string directory,
        IProgress<CorpusProgress>? progress = null,
        Action<CorpusProblem>? onProblem = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        new CorpusBuilder(source, options, progress, onProblem, cancellation).Build(directory);
        return Open(directory);
    }

    /// <summary>What a corpus says of itself, without its tokens being opened.</summary>
    /// <exception cref="IOException">There is none.</exception>
    /// <exception cref="InvalidDataException">Its description is damaged, or foreign.</exception>
    public static CorpusSummary Describe(string directory) => ReadSummary(Path.Combine(directory, CorpusFiles.Summary));

    /// <summary>Compares all of it with its checksums, as far as it has any.</summary>
    /// <exception cref="DamagedFileException">A file is not what was written.</exception>
    public void Verify(CancellationToken cancellation = default)
    {
        foreach (var name in CorpusFiles.All)
        {
            Checksums.Verify(Path.Combine(Directory, name), _ => cancellation.ThrowIfCancellationRequested());
        }
    }

    /// <summary>Computes the hash again, for files that have no checksums.</summary>
    /// <exception cref="DamagedFileException">It is not the summary's.</exception>
    public void CheckHash()
    {
        if (CorpusBuilder.HashOf(Directory, Tokenizer, Domains) != Hash)
        {
            throw DamagedFiles.Found(Path.Combine(Directory, CorpusFiles.Summary), "the hash of the corpus is not that of its tokens and documents");
        }
    }

    public void Dispose()
    {
        Training.Dispose();
        HeldOut.Dispose();
    }

    private static TokenizedCorpus OpenFiles(string directory)
    {
        string At(string name) => Path.Combine(directory, name);
        var summary = ReadSummary(At(CorpusFiles.Summary));
        var tokenizer = TokenizerFiles.Load(At(CorpusFiles.Tokenizer));
        if (tokenizer.Hash != summary.TokenizerHash)
        {
            throw new InvalidDataException($"{At(CorpusFiles.Tokenizer)} is not the tokenizer that the corpus was encoded with; build the corpus again.");
        }

        string[] domains = [.. summary.Domains.Select(domain => domain.Name)];
        var counts = TokenCounts.Load(At(CorpusFiles.Counts), domains.Length, tokenizer.VocabularySize);
        var training = TokenStore.Open(At(CorpusFiles.TrainingTokens), At(CorpusFiles.TrainingDocuments), tokenizer.VocabularySize, domains);
        try
        {
            var heldOut = TokenStore.Open(At(CorpusFiles.HeldOutTokens), At(CorpusFiles.HeldOutDocuments), tokenizer.VocabularySize, domains);
            var corpus = new TokenizedCorpus(directory, summary, tokenizer, counts, training, heldOut);
            try
            {
                corpus.CheckOnce();
                return corpus.IsAsSummarised ? corpus : throw NotAsSummarised(corpus);
            }
            catch
            {
                heldOut.Dispose();
                throw;
            }
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    /// <summary>A corpus of an earlier version has no checksums of its blocks: its tokens are compared with its hash as a whole, once as long as nothing is written to them.</summary>
    private void CheckOnce()
    {
        if (CorpusFiles.All.All(name => File.Exists(BlockChecksums.FileOf(Path.Combine(Directory, name)))))
        {
            return;
        }

        var state = string.Join(' ', CorpusFiles.All.Select(name => new FileInfo(Path.Combine(Directory, name))).Select(static file => $"{file.Length} {file.LastWriteTimeUtc.Ticks}"));
        var place = Path.GetFullPath(Directory);
        if (!Whole.TryGetValue(place, out var known) || known != state)
        {
            CheckHash();
            Whole[place] = state;
        }
    }

    private bool IsAsSummarised => Training.Count == Summary.Training.Tokens && HeldOut.Count == Summary.HeldOut.Tokens
        && Training.DocumentCount == Summary.Training.Documents && HeldOut.DocumentCount == Summary.HeldOut.Documents;

    private static InvalidDataException NotAsSummarised(TokenizedCorpus corpus)
    {
        return new InvalidDataException($"the files in {corpus.Directory} do not belong together: their sizes are not those in {CorpusFiles.Summary}; build the corpus again.");
    }

    private static CorpusSummary ReadSummary(string file)
    {
        try
        {
            var summary = JsonSerializer.Deserialize<CorpusSummary>(Checksums.ReadAllBytes(file), Json);
            if (summary is { Format: CorpusSummary.ThisFormat, Version: CorpusSummary.ThisVersion })
            {
                return summary;
            }

            throw new InvalidDataException($"{file} describes \"{summary?.Format}\", version {summary?.Version}, not \"{CorpusSummary.ThisFormat}\", version {CorpusSummary.ThisVersion}; build the corpus again.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file} cannot be read: {JsonFault.Of(exception)}.", exception);
        }
    }
}
