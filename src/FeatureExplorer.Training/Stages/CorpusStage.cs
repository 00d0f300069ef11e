using System.Globalization;
using FeatureExplorer.Analysis;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Demo;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>From documents to tokens: builds the tokenised corpus, or takes over the one that an earlier run built from the same files.</summary>
public sealed class CorpusStage(DataFolder folder, CorpusStore corpora, Action<string> warn)
{
    /// <summary>The setting that a problem with a path belongs to.</summary>
    internal const string PathField = "corpus";

    /// <summary>About three bytes to a token: enough for the demo preset's training and held-out tokens.</summary>
    private const long DemoBytes = 9_000_000;

    /// <summary>Bytes of files that <see cref="Demand"/> reads to the end.</summary>
    private const long ShortText = 256 << 10;

    /// <summary>Documents are split and kept the same way whatever the run's seed, so that models of different seeds can be compared token by token.</summary>
    private const ulong SplitSeed = 0;

    /// <summary>The tokenizer of the model that the corpus is for; null where one is learned.</summary>
    public ITokenizer? Tokenizer { get; init; }

    /// <summary>Share of the tokens that may be held out, where nothing is trained on the rest; null for the usual one.</summary>
    public double? LargestHeldOutShare { get; init; }

    /// <summary>Name of the folder of a corpus that is there: that of an imported model. Null where the configuration decides.</summary>
    public string? Given { get; init; }

    /// <summary>The tokenised corpus and the name of its folder.</summary>
    public (TokenizedCorpus Corpus, string Id) Run(
        RunConfiguration configuration, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Reading the corpus");
        if (Given is { } given)
        {
            var own = TokenizedCorpus.Open(folder.Corpus(given));
            progress.End(Summary(own));
            return (own, given);
        }

        var (source, options, files) = Prepare(configuration, cancellation);
        var id = Id(NameOf(configuration, source), files, options);
        var directory = folder.Corpus(id);
        BuildFolder.ClearStale(Path.GetDirectoryName(directory)!);
        var corpus = TakeOver(directory, cancellation) ?? TokenizedCorpus.Build(
            source, options, directory, new StageProgress.Direct<CorpusProgress>(p => Show(progress, p)), problem => warn(problem.ToString()), cancellation);
        progress.End(Summary(corpus));
        return (corpus, id);
    }

    /// <summary>The names of the folder that the tokenised corpus of a run has, or will have: as the run names its files, then as others may have named the same files.</summary>
    /// <param name="configuration">The run's.</param>
    /// <param name="spellings">The corpora of other runs; where they name other files, no folder has the name that comes of it.</param>
    public IEnumerable<string> IdsOf(RunConfiguration configuration, IEnumerable<IReadOnlyList<string>> spellings, CancellationToken cancellation = default)
    {
        var (source, options, files) = Prepare(configuration, cancellation);
        var names = configuration.Corpus.Count == 0 ? [] : spellings.Where(static corpus => corpus.Count > 0).Select(Joined);
        return names.Prepend(NameOf(configuration, source)).Distinct().Select(name => Id(name, files, options));
    }

    /// <summary>What is wrong with a run's text, as far as it shows before any of it is read: paths, and shares of domains that folders name.</summary>
    public IReadOnlyList<RunProblem> Problems(RunConfiguration configuration, CancellationToken cancellation = default)
    {
        try
        {
            var (source, options, _) = Prepare(configuration, cancellation);
            var domains = source is CorpusReader reader ? reader.FolderDomains : DemoCorpus.Domains;
            var unknown = domains is null ? [] : options.Keep.UnknownDomains(domains);
            return unknown.Count == 0 ? [] : [new RunProblem("keep", Mixture.Unknown(unknown, domains!))];
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return [new RunProblem(PathField, exception.Message)];
        }
    }

    /// <summary>
    /// Refuses text that cannot be used, as far as that shows in a moment: paths, shares of domains that folders name, and, of a text that is short, whatever building its corpus would meet. Leaves
    /// nothing behind.
    /// </summary>
    /// <exception cref="ArgumentException">A setting does not work, or the mixture names a domain that is not there.</exception>
    /// <exception cref="InvalidDataException">There is no text, or too little.</exception>
    /// <exception cref="IOException">There is no such path, or it cannot be read.</exception>
    public void Demand(RunConfiguration configuration, CancellationToken cancellation = default)
    {
        var (source, options, _) = Prepare(configuration, cancellation);
        var reader = source as CorpusReader;
        var domains = reader is null ? DemoCorpus.Domains : reader.FolderDomains;
        if (domains is not null && options.Keep.UnknownDomains(domains) is { Count: > 0 } unknown)
        {
            throw new ArgumentException(Mixture.Unknown(unknown, domains));
        }

        if (reader is not null && Tokenizer is not null && reader.Files.Sum(static file => file.Length) <= ShortText)
        {
            Rehearse(reader, options, cancellation);
        }
    }

    // With the tokenizer at hand, a short text takes a moment to build, and its errors are then those of the real thing.
    private static void Rehearse(CorpusReader reader, CorpusOptions options, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("featureexplorer-check-").FullName;
        try
        {
            TokenizedCorpus.Build(reader, options, Path.Combine(folder, "corpus"), null, null, cancellation).Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Id(string name, List<string> files, CorpusOptions options) =>
        StageRecord.Fingerprint(name, files, options with { Keep = Mixture.Everything }, options.Keep.ToString());

    private (ICorpusSource Source, CorpusOptions Options, List<string> Files) Prepare(RunConfiguration configuration, CancellationToken cancellation)
    {
        var paths = CorpusFolder.Paths(configuration.Corpus, corpora, folder);
        var reader = configuration.Corpus.Count == 0 ? null : new CorpusReader([.. paths], cancellation);
        var source = reader ?? (ICorpusSource)new DemoCorpus(SplitSeed, DemoBytes);
        var options = new CorpusOptions
        {
            VocabularySize = configuration.Transformer.Vocabulary,
            Tokenizer = Tokenizer,
            Seed = SplitSeed,
            Keep = configuration.Mixture(),
            HeldOutTokens = configuration.HeldOutTokens,
            FewestHeldOutTokens = configuration.Transformer.Context + 1,
        };
        return (source, LargestHeldOutShare is { } share ? options with { LargestHeldOutShare = share } : options, Files(reader));
    }

    /// <summary>The corpus in one sentence.</summary>
    public static string Summary(TokenizedCorpus corpus) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Wording.Counted(corpus.Domains.Count, "domain")}, {Amount(corpus.Training.Count)} training and {Amount(corpus.HeldOut.Count)} held-out tokens");

    /// <summary>A number of tokens in three digits or a few more; a small one is not rounded to nothing.</summary>
    internal static string Amount(long tokens) => tokens switch
    {
        >= 999_950 => string.Create(CultureInfo.InvariantCulture, $"{tokens / 1e6:0.0} M"),
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{tokens / 1e3:0.0} k"),
        _ => tokens.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>The corpus that an earlier run built, with the problems that were met then.</summary>
    private TokenizedCorpus? TakeOver(string directory, CancellationToken cancellation)
    {
        var corpus = Open(directory, cancellation);
        foreach (var problem in corpus?.Summary.Problems ?? [])
        {
            warn(problem.ToString());
        }

        return corpus;
    }

    private TokenizedCorpus? Open(string directory, CancellationToken cancellation)
    {
        if (!Directory.Exists(directory))
        {
            return null;
        }

        try
        {
            var corpus = TokenizedCorpus.Open(directory);
            corpus.Verify(cancellation);
            return corpus;
        }
        catch (Exception exception) when (exception is InvalidDataException or DamagedFileException)
        {
            warn($"{exception.Message} It is built again.");
            Directory.Delete(directory, recursive: true);
            return null;
        }
    }

    private static void Show(StageProgress progress, CorpusProgress corpus)
    {
        // Reading, learning, encoding and writing take very roughly these shares of the time.
        var (start, share) = corpus.Stage switch
        {
            CorpusProgress.Reading => (0.0, 0.15),
            CorpusProgress.Learning => (0.15, 0.15),
            CorpusProgress.Encoding => (0.3, 0.6),
            _ => (0.9, 0.1),
        };
        progress.Report(start + (share * (corpus.Total > 0 ? (double)corpus.Done / corpus.Total : 0)), corpus.Stage);
    }

    // Added corpora go by their names, so that a data folder can be moved.
    private static string NameOf(RunConfiguration configuration, ICorpusSource source) =>
        configuration.Corpus.Count == 0 ? source.Name : Joined(configuration.Corpus);

    private static string Joined(IReadOnlyList<string> corpus) => string.Join(", ", corpus);

    /// <summary>Names, sizes and times of all files: what decides whether a corpus has changed.</summary>
    private List<string> Files(CorpusReader? reader) => reader is null
        ? [$"demo|{DemoBytes}"]
        : [.. reader.Files.Select(file => $"{CorpusFolder.Shown(file.Path, folder)}|{file.Length}|{file.Modified.Ticks}")];
}
