using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Demo;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Engine.Text.Corpora;

[Collection(AloneTests.Name)]
public sealed class TokenizedCorpusTests : IDisposable
{
    private static readonly CorpusOptions Small = new() { VocabularySize = 600 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Build_DemoCorpus_KeepsEveryDocumentOnce()
    {
        using var corpus = Build(out var directory);
        var expected = DemoCorpus.Documents(1, 300_000).ToDictionary(document => document.Source);
        foreach (var store in (TokenStore[])[corpus.Training, corpus.HeldOut])
        {
            for (var document = 0; document < store.DocumentCount; document++)
            {
                var (start, end) = (store.DocumentStart(document), store.DocumentEnd(document));
                var tokens = store.Read(start, (int)(end - start));
                Assert.Equal(ByteLevelTokenizer.EndOfText, tokens[0]);
                Assert.True(expected.Remove(store.SourceOf(document), out var original));
                Assert.Equal(original.Text, System.Text.Encoding.UTF8.GetString(corpus.Tokenizer.Decode(tokens)));
                Assert.Equal(original.Domain, store.Domains[store.DomainOf(document)]);
                Assert.Equal(document, store.DocumentAt(start));
                Assert.Equal(document, store.DocumentAt(end - 1));
            }
        }

        Assert.Empty(expected);
        Assert.Equal(["corpus.json", "held-out.documents", "held-out.tokens", "tokenizer.json", "training.counts", "training.documents", "training.tokens"],
            Directory.GetFiles(directory).Where(static file => !file.EndsWith(BlockChecksums.Suffix, StringComparison.Ordinal)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal([directory], Directory.GetDirectories(_folder.Path));
    }

    [Fact]
    public void Build_Counts_AreThoseOfTheTrainingSplit()
    {
        using var corpus = Build(out _);
        var unigrams = new long[corpus.Tokenizer.VocabularySize];
        var domains = corpus.Domains.Select(_ => new long[corpus.Tokenizer.VocabularySize]).ToList();
        for (var position = 0L; position < corpus.Training.Count; position++)
        {
            var token = corpus.Training.Read(position, 1)[0];
            unigrams[token]++;
            domains[corpus.Training.DomainOf(corpus.Training.DocumentAt(position))][token]++;
        }

        Assert.Equal(unigrams, corpus.UnigramCounts);
        Assert.Equal(domains, corpus.DomainCounts);
        Assert.Equal(corpus.Summary.Domains.Select(domain => domain.TrainingTokens), domains.Select(counts => counts.Sum()));
        Assert.Equal(corpus.HeldOut.Count, corpus.Summary.Domains.Sum(domain => domain.HeldOutTokens));
    }

    [Fact]
    public void Build_SplitShares_HoldWithinTheirBounds()
    {
        using var capped = Build(out _);
        Assert.InRange(Share(capped), 0.17, 0.2);
        using var share = Build(out _, Small with { HeldOutTokens = 0, HeldOutShare = 0.1 });
        Assert.InRange(Share(share), 0.095, 0.106);
        using var tokens = Build(out _, Small with { HeldOutTokens = 12_000 });
        Assert.InRange(tokens.HeldOut.Count, 11_400, 12_600);
    }

    [Fact]
    public void Build_EveryDomain_IsHeldOutInItsShare()
    {
        using var corpus = Build(out _, Small with { HeldOutTokens = 0, HeldOutShare = 0.15 });
        foreach (var domain in corpus.Summary.Domains.Where(domain => domain.Documents >= 20))
        {
            Assert.InRange((double)domain.HeldOutTokens / (domain.HeldOutTokens + domain.TrainingTokens), 0.11, 0.22);
        }
    }

    [Fact]
    public void Build_AnyNumberOfThreads_GivesTheSameHash()
    {
        var threads = WorkerPool.Threads;
        try
        {
            WorkerPool.Configure(1);
            using var one = Build(out _);
            WorkerPool.Configure(3);
            using var three = Build(out _);
            using var other = Build(out _, Small with { Seed = 9 });
            Assert.Equal(one.Hash, three.Hash);
            Assert.NotEqual(one.Hash, other.Hash);
            Assert.Equal(one.Tokenizer.Hash, other.Tokenizer.Hash);
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    [Fact]
    public void Build_CopiesOfADocument_StayOnOneSide()
    {
        var texts = Enumerable.Range(0, 60).Select(i => string.Concat(Enumerable.Repeat($"document number {i} is about {i * 37 % 61}. ", 6))).ToList();
        for (var copy = 0; copy < 3; copy++)
        {
            for (var i = 0; i < texts.Count; i++)
            {
                _folder.Write($"in/{copy}-{i}.txt", texts[i]);
            }
        }

        using var corpus = TokenizedCorpus.Build(new CorpusReader([_folder.At("in")]), Small, _folder.At("out"));
        Assert.True(corpus.HeldOut.DocumentCount >= 3);
        Assert.Empty(Texts(corpus, corpus.HeldOut).Intersect(Texts(corpus, corpus.Training)));
    }

    [Fact]
    public void Build_OneBook_IsCutSoThatBothSplitsHaveText()
    {
        var text = string.Concat(DemoCorpus.Documents(1, 200_000).Where(document => document.Domain is "english_narrative" or "russian").Select(document => document.Text));
        using var corpus = TokenizedCorpus.Build(new CorpusReader([_folder.Write("book.txt", text)]), Small, _folder.At("out"));

        Assert.Equal(1, corpus.Summary.DocumentsCut);
        Assert.InRange(Share(corpus), 0.12, 0.2);
        Assert.Empty(corpus.Domains);
        Assert.Equal(-1, corpus.HeldOut.DomainOf(0));
        var parts = Texts(corpus, corpus.HeldOut).Concat(Texts(corpus, corpus.Training)).ToList();
        Assert.Equal(text.Length, parts.Sum(part => part.Length));
        Assert.DoesNotContain(parts, part => part.Contains('\uFFFD', StringComparison.Ordinal));
        Assert.StartsWith("book.txt#", corpus.HeldOut.SourceOf(0), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Mixture_KeepsAShareOfTheDomain()
    {
        using var corpus = Build(out _, Small with { Keep = Mixture.Parse("english_law=0.3,german=0") });
        using var whole = Build(out _);

        Assert.DoesNotContain("german", corpus.Domains);
        Assert.InRange(Documents(corpus) / (double)Documents(whole), 0.01, 0.6);
        Assert.Equal("english_law=0.3,german=0", corpus.Summary.Keep);

        static int Documents(TokenizedCorpus corpus) => corpus.Summary.Domains.Single(domain => domain.Name == "english_law").Documents;
    }

    [Fact]
    public void Build_MixtureWithUnknownDomain_StopsAndNamesIt()
    {
        var exception = Assert.Throws<ArgumentException>(() => Build(out _, Small with { Keep = Mixture.Parse("klingon=0.1") }));
        Assert.Contains("klingon", exception.Message, StringComparison.Ordinal);
        Assert.Contains("hebrew", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Build_NothingUsable_SaysWhatWasSkipped()
    {
        _folder.Write("in/a.txt", [0xFF, 0xFE, 0xFF]);
        var exception = Assert.Throws<InvalidDataException>(() => TokenizedCorpus.Build(new CorpusReader([_folder.At("in")]), Small, _folder.At("out")));
        Assert.Contains("a.txt", exception.Message, StringComparison.Ordinal);
        _folder.Write("in/b.txt", "too little");
        Assert.Contains("at least", Assert.Throws<InvalidDataException>(() => TokenizedCorpus.Build(new CorpusReader([_folder.At("in")]), Small, _folder.At("out"))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("out")));
    }

    [Fact]
    public void Build_Cancelled_LeavesNothing()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Stopper(cancellation);
        Assert.Throws<OperationCanceledException>(
            () => TokenizedCorpus.Build(new DemoCorpus(1, 300_000), Small, _folder.At("out"), progress, cancellation: cancellation.Token));
        Assert.Equal(CorpusProgress.Encoding, progress.Last!.Stage);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Build_FolderInUse_IsRefused()
    {
        _folder.Write("out/x", "x");
        Assert.Throws<ArgumentException>(() => TokenizedCorpus.Build(new DemoCorpus(1, 50_000), Small, _folder.At("out")));
    }

    [Theory]
    [InlineData("training.tokens")]
    [InlineData("held-out.tokens")]
    [InlineData("training.documents")]
    [InlineData("held-out.documents")]
    [InlineData("training.counts")]
    [InlineData("tokenizer.json")]
    [InlineData("corpus.json")]
    public void Open_TruncatedForeignOrMissingFile_NamesIt(string name)
    {
        Build(out var directory).Dispose();
        var file = Path.Combine(directory, name);
        var bytes = File.ReadAllBytes(file);
        foreach (var wrong in (byte[][])[bytes[..^3], bytes[..10], [], [.. "something else "u8, .. bytes]])
        {
            File.WriteAllBytes(file, wrong);
            Assert.Equal(file, Assert.Throws<DamagedFileException>(() => TokenizedCorpus.Open(directory)).FilePath);
        }

        File.Delete(BlockChecksums.FileOf(file));
        foreach (var wrong in (byte[][])[bytes[..^3], bytes[..10], [], [.. "something else "u8, .. bytes]])
        {
            File.WriteAllBytes(file, wrong);
            Assert.Contains(name, Assert.Throws<InvalidDataException>(() => TokenizedCorpus.Open(directory)).Message, StringComparison.Ordinal);
        }

        File.Delete(file);
        Assert.Contains(name, Assert.Throws<InvalidDataException>(() => TokenizedCorpus.Open(directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SplitOfAnotherCorpus_IsRefused()
    {
        Build(out var first).Dispose();
        Build(out var second, Small with { Seed = 4 }).Dispose();
        var (tokens, others) = (Path.Combine(first, "held-out.tokens"), Path.Combine(second, "held-out.tokens"));
        File.Copy(others, tokens, overwrite: true);
        File.Copy(BlockChecksums.FileOf(others), BlockChecksums.FileOf(tokens), overwrite: true);
        Assert.Throws<InvalidDataException>(() => TokenizedCorpus.Open(first));
        Assert.Throws<DirectoryNotFoundException>(() => TokenizedCorpus.Open(_folder.At("nowhere")));
    }

    [Fact]
    public void Read_OutsideTheSplit_Throws()
    {
        using var corpus = Build(out _);
        var store = corpus.Training;
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Read(store.Count - 1, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Read(-1, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.DocumentAt(store.Count));
        corpus.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Read(0, 1).Length);
    }

    [SkippableFact]
    public void Build_RealText_ReadsEveryLine()
    {
        var folder = SharedFolder();
        Skip.If(folder is null, "the reference corpus is not here");
        var files = ((string[])["hindi_marathi", "greek"]).Select(name => Path.Combine(folder, "data", "corpus", "validation", $"{name}.jsonl.gz")).ToList();
        Skip.IfNot(files.All(File.Exists), "the reference corpus is not here");
        using var corpus = TokenizedCorpus.Build(new CorpusReader(files), new CorpusOptions { VocabularySize = 2000 }, _folder.At("out"));

        Assert.Equal(["greek", "hindi_marathi"], corpus.Domains);
        Assert.Equal(0, corpus.Summary.ProblemCount);
        Assert.InRange(corpus.Summary.BytesPerToken, 3, 8);
    }

    private TokenizedCorpus Build(out string directory, CorpusOptions? options = null)
    {
        directory = _folder.At($"corpus-{Guid.NewGuid():N}");
        return TokenizedCorpus.Build(new DemoCorpus(1, 300_000), options ?? Small, directory);
    }

    private static double Share(TokenizedCorpus corpus) => (double)corpus.HeldOut.Count / (corpus.HeldOut.Count + corpus.Training.Count);

    private static List<string> Texts(TokenizedCorpus corpus, TokenStore store) =>
        [.. Enumerable.Range(0, store.DocumentCount).Select(document =>
            System.Text.Encoding.UTF8.GetString(corpus.Tokenizer.Decode(store.Read(store.DocumentStart(document), (int)(store.DocumentEnd(document) - store.DocumentStart(document))))))];

    private static string? SharedFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FeatureExplorer.sln")))
        {
            folder = folder.Parent;
        }

        var shared = folder is null ? null : Path.Combine(folder.FullName, "..", "shared");
        return Directory.Exists(shared) ? shared : null;
    }

    private sealed class Stopper(CancellationTokenSource cancellation) : IProgress<CorpusProgress>
    {
        public CorpusProgress? Last { get; private set; }

        public void Report(CorpusProgress value)
        {
            Last = value;
            if (value.Stage == CorpusProgress.Encoding)
            {
                cancellation.Cancel();
            }
        }
    }
}
