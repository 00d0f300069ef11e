using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Formation;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Training;

namespace FeatureExplorer.Tests.Storage.Damage;

/// <summary>Every kind of file that numbers come from, cut and with flipped bits: whoever reads it has the numbers that were written, or is told of the damage.</summary>
public sealed class FileDamageTests(FileDamageTests.SmallRunFolder run) : IClassFixture<FileDamageTests.SmallRunFolder>
{
    private const int Cuts = 50;
    private const int Flips = 200;

    // Every so many flips, many bits at once.
    private const int ManyEvery = 8;
    private const int Many = 50;

    [Theory]
    [InlineData("index.bin")]
    [InlineData("index.bin.sums")]
    [InlineData("llr.bin")]
    [InlineData("members.bin")]
    [InlineData("members.bin.sums")]
    [InlineData("contexts.json")]
    [InlineData("corpus.json")]
    [InlineData("tokenizer.json")]
    [InlineData("training.counts")]
    [InlineData("held-out.tokens")]
    [InlineData("held-out.documents")]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("cfg.json")]
    [InlineData("cfg.json.sums")]
    [InlineData("sae_weights.safetensors")]
    [InlineData("formation.safetensors")]
    public void Read_FileCutOrBitsFlipped_GivesWhatWasWrittenOrTellsOfTheDamage(string name)
    {
        var (file, read) = run.File(name);
        var bytes = File.ReadAllBytes(file);
        var written = read();
        var random = new Random(18);
        var noticed = 0;
        try
        {
            for (var trial = 0; trial < Cuts + Flips; trial++)
            {
                File.WriteAllBytes(file, trial < Cuts ? bytes[..random.Next(bytes.Length)] : Flipped(bytes, random, trial % ManyEvery == 0 ? Many : 1));
                try
                {
                    Assert.True(written == read(), $"{name}: other numbers in trial {trial}.");
                }
                catch (DamagedFileException damage)
                {
                    noticed++;
                    Assert.Contains(name.Replace(BlockChecksums.Suffix, string.Empty, StringComparison.Ordinal), damage.Message, StringComparison.Ordinal);
                }
            }
        }
        finally
        {
            File.WriteAllBytes(file, bytes);
        }

        // No byte of these files goes unread.
        Assert.Equal(Cuts + Flips, noticed);
        Assert.Equal(written, read());
    }

    [Fact]
    public void All_AfterARun_HaveChecksumsAndAreWhole()
    {
        var files = DataFiles.All(run.Folder).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, static file => Assert.True(Checksums.Verify(file), $"{file} has no checksums."));
    }

    private static byte[] Flipped(byte[] bytes, Random random, int bits)
    {
        var flipped = bytes.ToArray();
        for (var i = 0; i < bits; i++)
        {
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        }

        return flipped.AsSpan().SequenceEqual(bytes) ? Flipped(bytes, random, 1) : flipped;
    }

    /// <summary>What a small run leaves in its data folder, and all numbers of each file as one text.</summary>
    public sealed class SmallRunFolder : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly DictionaryInfo _dictionary;

        public SmallRunFolder()
        {
            Folder = new DataFolder(_folder.Path);
            SmallRun.CopyFinished(_folder.Path);
            var database = FeatureDatabase.Open(Folder);
            _dictionary = new FeatureStore(database).Dictionaries().Single();
            SmallRun.KeepHistory(Folder, _dictionary);
        }

        public DataFolder Folder { get; }

        public void Dispose() => _folder.Dispose();

        internal (string File, Func<string> Read) File(string name)
        {
            var (corpus, model, dictionary) = (Folder.Corpus(_dictionary.Provenance.CorpusHash), Folder.Model("A"), Folder.Dictionary("A", "1"));
            var (folder, read) = name.Split('.')[0] switch
            {
                "index" => (dictionary, (Func<string>)Index),
                "llr" or "members" or "contexts" => (Folder.Contexts(_dictionary), Contexts),
                "config" or "model" => (model, () => WithHash(TransformerModel.Load(model))),
                "cfg" or "sae_weights" => (dictionary, () => WithHash(SparseAutoencoder.Load(dictionary))),
                "formation" => (dictionary, Formation),
                _ => (corpus, Corpus),
            };
            return (Path.Combine(folder, name), read);
        }

        private static string WithHash(TransformerModel model)
        {
            using (model)
            {
                return $"{model.Hash} {model.Config}";
            }
        }

        private static string WithHash(SparseAutoencoder dictionary)
        {
            using (dictionary)
            {
                return $"{dictionary.Hash} {dictionary.Site} {dictionary.Activation}";
            }
        }

        private string Index()
        {
            using var index = ActivationIndex.Open(Folder.Index(_dictionary));
            var all = new Numbers();
            all.Add([index.Tokens, index.Activations]);
            for (var feature = 0; feature < index.Features; feature++)
            {
                all.Add(index.Positions(feature));
                all.Add(index.Values(feature));
            }

            return all + JsonSerializer.Serialize(index.Header);
        }

        private string Contexts()
        {
            using var contexts = ContextSet.Open(Folder.Contexts(_dictionary));
            var all = new Numbers();
            var members = new ulong[contexts.Tokens];
            contexts.ReadMembers(0, members);
            all.Add<ulong>(members);
            var ratios = new Half[contexts.Tokens];
            for (var context = 0; context < contexts.Contexts.Count; context++)
            {
                var row = contexts.Ratios(context);
                for (var position = 0; position < ratios.Length; position++)
                {
                    ratios[position] = row[position];
                }

                all.Add<Half>(ratios);
            }

            return all + JsonSerializer.Serialize(contexts.Contexts) + contexts.Corpus;
        }

        private string Formation()
        {
            var history = FormationHistory.Open(Folder.Formation("A", "1"));
            return JsonSerializer.Serialize(Enumerable.Range(0, history.Features).Select(history.Of)) + JsonSerializer.Serialize(history.LastChange());
        }

        private string Corpus()
        {
            using var corpus = TokenizedCorpus.Open(Folder.Corpus(_dictionary.Provenance.CorpusHash));
            var all = new Numbers();
            var store = corpus.HeldOut;
            all.Add(store.Read(0, (int)store.Count));
            var text = new StringBuilder(JsonSerializer.Serialize(corpus.Summary));
            for (var document = 0; document < store.DocumentCount; document++)
            {
                all.Add([store.DocumentStart(document), store.DocumentEnd(document), store.DomainOf(document), store.DocumentAt(store.DocumentStart(document))]);
                text.Append(store.SourceOf(document));
            }

            all.Add<long>([.. corpus.UnigramCounts]);
            corpus.DomainCounts.ToList().ForEach(counts => all.Add<long>(counts));
            return $"{all} {corpus.Tokenizer.Hash} {text}";
        }
    }

    private sealed class Numbers
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Add(long[] numbers) => Add<long>(numbers);

        public void Add<T>(ReadOnlySpan<T> numbers)
            where T : unmanaged => _hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers));

        public override string ToString() => Convert.ToHexString(_hash.GetHashAndReset());
    }
}
