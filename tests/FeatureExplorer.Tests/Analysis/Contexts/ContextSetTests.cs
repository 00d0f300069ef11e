using System.Text;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Analysis.Contexts;

[Collection(AloneTests.Name)]
public sealed class ContextSetTests : IDisposable
{
    // The rare ones say that a string is DNA, base64 or hexadecimal; with common tokens it could be anything.
    private static readonly string[] Rare = ["GA", "TTA", "xq", "f0"];
    private static readonly string[] Common = [" the", "ing", "\n", "при", " да"];
    private static readonly string[] Pieces = [.. Rare, .. Common, "aGVs"];

    private readonly ByteLevelTokenizer _tokenizer = SmallCorpus.WithTokens(Pieces);
    private readonly SmallCorpus _corpus;
    private readonly string _directory;

    public ContextSetTests()
    {
        var random = new Random(3);
        _corpus = new SmallCorpus(_tokenizer, Documents(random, 30, 400, 0.25), Documents(random, 60, 300, 0));
        _directory = Path.Combine(_corpus.Folder, "contexts");
    }

    public void Dispose() => _corpus.Dispose();

    [Fact]
    public void LogRatios_ShortString_ByHand()
    {
        // p(t) = (n + ½) / (N + V / 2) with n = 2 of "GA" and 1 of "TTA" among 5 tokens with the two ends of text.
        using var corpus = new SmallCorpus(_tokenizer, [("dna", SmallCorpus.Ids(_tokenizer, "GA", "TTA")), ("dna", SmallCorpus.Ids(_tokenizer, "GA"))]);
        var counts = corpus.Unigrams;
        var total = 5 + (_tokenizer.VocabularySize / 2.0);
        var ratios = CharacterModel.All.Single(static model => model.Name == "dna").LogRatios(_tokenizer, counts);

        var expected = Math.Log(Math.Pow(0.25, 5) / (2.5 / total * (1.5 / total)));
        Assert.Equal(expected, ratios[SmallCorpus.Id(_tokenizer, "GA"u8)] + ratios[SmallCorpus.Id(_tokenizer, "TTA"u8)], 1e-5);
        Assert.Equal(Math.Log(1e-10 * 1e-10 * 1e-10 / (0.5 / total) * 1e-10), ratios[SmallCorpus.Id(_tokenizer, " the"u8)], 1e-4);
        Assert.Equal(Math.Log(1e-10 / (2.5 / total)), ratios[ByteLevelTokenizer.EndOfText], 1e-4);

        using var sums = new StringRatios([ratios], [2]);
        Assert.Equal(expected, Filled(sums, corpus.HeldOut)[2][0], 1e-5);
    }

    [Fact]
    public void Base64Ratio_ShortString_ByHand()
    {
        using var corpus = new SmallCorpus(_tokenizer, [(null, SmallCorpus.Ids(_tokenizer, " the", "aGVs", "xq"))]);
        var counts = corpus.Unigrams;
        var ratios = CharacterModel.All.Single(static model => model.Name == "base64").LogRatios(_tokenizer, counts);
        using var sums = new StringRatios([ratios], [2]);

        // Six letters of 64 against two tokens that each make up 1.5 of 4 + V / 2.
        var unigram = 1.5 / (4 + (_tokenizer.VocabularySize / 2.0));
        Assert.Equal(-(6 * Math.Log(64)) - (2 * Math.Log(unigram)), Filled(sums, corpus.HeldOut)[3][0], 1e-5);
    }

    [Fact]
    public void Fill_RandomWeights_MaximumOverAllStringsOfTheDocument()
    {
        var random = new Random(5);
        float[][] columns = [.. Enumerable.Range(0, 21).Select(_ => Enumerable.Range(0, _tokenizer.VocabularySize).Select(_ => (float)((random.NextDouble() * 2) - 1)).ToArray())];
        int[] minimums = [.. Enumerable.Range(0, 21).Select(static column => 1 + (column % 2))];
        using var sums = new StringRatios(columns, minimums);
        var filled = Filled(sums, _corpus.HeldOut);
        for (var position = 0; position < filled.Length; position++)
        {
            var start = (int)_corpus.HeldOut.DocumentStart(_corpus.HeldOut.DocumentAt(position));
            for (var column = 0; column < columns.Length; column++)
            {
                Assert.Equal(Maximum(_corpus.HeldOut, columns[column], start, position, minimums[column]), filled[position][column], 1e-4);
            }
        }
    }

    [Fact]
    public void Build_MixedDocuments_MembersAndSharesAsDefined()
    {
        using var set = Build();
        var tokens = _corpus.HeldOut.Count;
        Assert.Equal(tokens, set.Tokens);
        Assert.Equal(["cyrillic", "dna", "base64", "hexadecimal"], set.Contexts.Take(4).Select(static context => context.Name));
        Assert.Equal(["domain:a", "domain:b", "domain:c"], set.Contexts.Skip(4).Select(static context => context.Name).Order());

        for (var context = 0; context < set.Contexts.Count; context++)
        {
            var info = set.Contexts[context];
            var weights = info.Kind == ContextKind.Characters ? CharacterModel.All.Single(model => model.Name == info.Name).LogRatios(_tokenizer, _corpus.Unigrams) : [];
            var inside = Enumerable.Range(0, (int)tokens).Where(position => IsInside(info, weights, position)).ToArray();
            Assert.Equal(inside.Length, set.MemberCount(context));
            Assert.Equal((double)inside.Length / tokens, info.Share, 1e-12);
            Assert.Equal(inside, Enumerable.Range(0, (int)tokens).Where(position => (set.Members(position) >> context & 1) == 1));
            if (info.Kind != ContextKind.Domain)
            {
                Assert.Equal(inside, Enumerable.Range(0, (int)tokens).Where(position => set.Llr(context, position) > 0));
            }
        }
    }

    [Fact]
    public void Build_Script_RatioIsBayes()
    {
        using var set = Build();
        var context = set.IndexOf("cyrillic");
        var share = set.Contexts[context].Share;
        for (var position = 0; position < set.Tokens; position++)
        {
            var inside = (set.Members(position) >> context & 1) == 1;
            Assert.Equal(inside ? -Math.Log(share) : Math.Log(1e-10 / share), set.Llr(context, position), 0.01);
        }
    }

    [Fact]
    public void Build_Domain_RatioOfItsTokenCounts()
    {
        using var set = Build();
        var counts = _corpus.Unigrams;
        var domain = _corpus.HeldOut.Domains.ToList().IndexOf("b");
        var weights = counts.LogRatios(domain);
        for (var position = 0; position < set.Tokens; position += 7)
        {
            var start = (int)_corpus.HeldOut.DocumentStart(_corpus.HeldOut.DocumentAt(position));
            var expected = Maximum(_corpus.HeldOut, weights, start, position, 1);
            Assert.Equal(expected, set.Llr(set.IndexOf("domain:b"), position), Math.Abs(expected) / 1000);
        }
    }

    [Fact]
    public void Build_AnyNumberOfThreads_SameFiles()
    {
        var threads = WorkerPool.Threads;
        try
        {
            var files = new List<byte[]>();
            foreach (var count in (int[])[1, 2, 3])
            {
                WorkerPool.Configure(count);
                Build().Dispose();
                files.Add([.. Directory.GetFiles(_directory).Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes)]);
            }

            Assert.All(files, file => Assert.Equal(files[0], file));
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    [Fact]
    public void Build_Cancelled_LeavesNothing()
    {
        Assert.Throws<OperationCanceledException>(() =>
        {
            using var builder = NewBuilder();
            builder.Build("c", _directory, null, new CancellationToken(true));
        });
        Assert.Empty(Directory.GetDirectories(_corpus.Folder));
    }

    [Fact]
    public void Build_OneDomainOnly_IsNoContext()
    {
        using var corpus = new SmallCorpus(_tokenizer, [("only", SmallCorpus.Ids(_tokenizer, " the", "\n"))]);
        using var builder = new ContextSetBuilder(_tokenizer, corpus.HeldOut, corpus.Unigrams, long.MaxValue);
        builder.Build("c", _directory, null, default);

        using var set = ContextSet.Open(_directory);
        Assert.Empty(set.Contexts);
        Assert.Equal(0UL, set.Members(2));
    }

    [Theory]
    [InlineData("contexts.json")]
    [InlineData("llr.bin")]
    [InlineData("members.bin")]
    public void Open_TruncatedOrMissing_NamesFileAndRemedy(string name)
    {
        Build().Dispose();
        var file = Path.Combine(_directory, name);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^3]);
        Assert.Equal(file, Assert.Throws<DamagedFileException>(() => ContextSet.Open(_directory)).FilePath);
        File.Delete(BlockChecksums.FileOf(file));
        AssertRefused(file);
        File.Delete(file);
        AssertRefused(file);
    }

    private void AssertRefused(string file)
    {
        var message = Assert.Throws<InvalidDataException>(() => ContextSet.Open(_directory)).Message;
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Contains("build the contexts again", message, StringComparison.Ordinal);
    }

    private ContextSet Build()
    {
        using var builder = NewBuilder();
        builder.Build("c", _directory, null, default);
        return ContextSet.Open(_directory);
    }

    private ContextSetBuilder NewBuilder() =>
        new(_tokenizer, _corpus.HeldOut, _corpus.Unigrams, long.MaxValue);

    private bool IsInside(ContextInfo info, float[] weights, int position)
    {
        var store = _corpus.HeldOut;
        var document = store.DocumentAt(position);
        switch (info.Kind)
        {
            case ContextKind.Domain:
                return info.Name == "domain:" + (store.DomainOf(document) < 0 ? "" : store.Domains[store.DomainOf(document)]);
            case ContextKind.Script:
                // Among this corpus's tokens only whole ones are Cyrillic.
                var text = Encoding.UTF8.GetString(_tokenizer.Bytes(store.Read(position, 1)[0]));
                return text is "при" or " да";
            default:
                return Maximum(store, weights, (int)store.DocumentStart(document), position, 2) > 0;
        }
    }

    /// <summary>The definition, string by string.</summary>
    private static double Maximum(TokenStore store, float[] weights, int documentStart, int position, int minimum)
    {
        var best = double.NegativeInfinity;
        for (var length = 1; length <= 16 && position - length + 1 >= documentStart; length++)
        {
            var sum = 0.0;
            foreach (var token in store.Read(position - length + 1, length))
            {
                sum += weights[token];
            }

            if (length >= minimum || position == documentStart)
            {
                best = Math.Max(best, sum);
            }
        }

        return best;
    }

    private static unsafe float[][] Filled(StringRatios sums, TokenStore store)
    {
        using var output = new FloatBuffer(store.Count * sums.Stride);
        // In two blocks, so that the second has to look back into the first.
        var half = (int)store.Count / 2;
        sums.Fill(store, 0, half, output.Pointer);
        sums.Fill(store, half, (int)store.Count - half, output.Pointer + ((long)half * sums.Stride));
        return [.. Enumerable.Range(0, (int)store.Count).Select(position => output.Span((long)position * sums.Stride, sums.Columns).ToArray())];
    }

    /// <summary>Documents of three domains and none, each with words that it prefers, and a share of rare words in runs.</summary>
    private (string? Domain, int[] Tokens)[] Documents(Random random, int count, int longest, double rare) =>
        [.. Enumerable.Range(0, count).Select(document =>
        {
            var kind = document % 4;
            return (kind == 3 ? null : ((char)('a' + kind)).ToString(), SmallCorpus.Ids(_tokenizer, Words(random, kind, random.Next(1, longest), rare)));
        })];

    private static string[] Words(Random random, int kind, int length, double rare)
    {
        var words = new List<string>();
        while (words.Count < length)
        {
            var run = random.Next(1, 6);
            var isRare = random.NextDouble() < rare;
            words.AddRange(Enumerable.Range(0, run).Select(_ => isRare ? Rare[random.Next(Rare.Length)] : Common[(kind + random.Next(3)) % Common.Length]));
        }

        return [.. words];
    }
}
