using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Tests.Analysis.Index;

public sealed class ActivationIndexTests : IDisposable
{
    private const int Tokens = 1500;
    private const int Features = 37;

    private static readonly IndexHeader Header = new() { Corpus = "c", Tokenizer = "t", Model = "m", Dictionary = "d" };

    private readonly SmallCorpus _corpus;
    private readonly float[][] _dense;
    private readonly string _path;

    public ActivationIndexTests()
    {
        var random = new Random(1);
        _corpus = new SmallCorpus(SmallCorpus.Bytes(), [(null, [.. Enumerable.Range(0, Tokens - 1).Select(_ => (ushort)random.Next(1, 257))])]);
        _dense = [.. Enumerable.Range(0, Tokens).Select(_ => Row(random))];
        _path = Path.Combine(_corpus.Folder, "index.bin");
    }

    public void Dispose() => _corpus.Dispose();

    [Fact]
    public void Build_KnownActivations_AllFoundByFeatureAndPosition()
    {
        var encoder = new DenseEncoder(_dense, 8);
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, encoder, Header);

        using var index = ActivationIndex.Open(_path);
        index.Verify();
        Assert.Equal(Tokens, index.Tokens);
        Assert.Equal(Features, index.Features);
        Assert.Equal(_dense.Sum(static row => row.Count(static value => value > 0)), index.Activations);
        Assert.Equal((1, Tokens % 8), encoder.Calls[^1]);
        for (var feature = 0; feature < Features; feature++)
        {
            var expected = Enumerable.Range(0, Tokens).Where(token => _dense[token][feature] > 0).ToArray();
            Assert.Equal(expected.Select(static token => (uint)token), index.Positions(feature).ToArray());
            Assert.Equal(expected.Select(token => (Half)_dense[token][feature]), index.Values(feature).ToArray());
        }

        Assert.Equal((float)(Half)_dense[5][3], index.At(3, 5));
    }

    [Fact]
    public void Build_TokensThatAreNormalised_KeepsSigmaOfEach()
    {
        float[] gains = [.. Enumerable.Range(0, Tokens).Select(static token => 0.5f + (token % 37))];
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8, gains), Header);

        using (var index = ActivationIndex.Open(_path))
        {
            index.Verify();
            Assert.True(index.HasGains);
            Assert.Equal(gains, Enumerable.Range(0, Tokens).Select(token => index.GainAt(token)));
            Assert.Equal((float)(Half)_dense[5][3], index.At(3, 5));
            Assert.Throws<ArgumentOutOfRangeException>(() => index.GainAt(Tokens));
            AssertNoFiles("index.bin");
        }

        var bytes = File.ReadAllBytes(_path);
        bytes[^3] ^= 1;
        File.WriteAllBytes(_path, bytes);
        Assert.Throws<DamagedFileException>(() =>
        {
            using var damaged = ActivationIndex.Open(_path);
            return damaged.GainAt(Tokens - 1);
        });
    }

    [Fact]
    public void Build_TokensThatAreNotNormalised_IsOfVersionTwoAndTakesSigmaAsOne()
    {
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header);

        using var index = ActivationIndex.Open(_path);
        Assert.Equal((false, 1f, IndexLayout.Version), (index.HasGains, index.GainAt(7), BitConverter.ToInt32(File.ReadAllBytes(_path), 8)));
    }

    [Fact]
    public void Build_FewerTokensThanTheSplit_CoversOnlyThose()
    {
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, 100, new DenseEncoder(_dense, 8), Header);

        using var index = ActivationIndex.Open(_path);
        Assert.Equal(100, index.Tokens);
        Assert.Equal(_dense.Take(100).Sum(static row => row.Count(static value => value > 0)), index.Activations);
    }

    [Fact]
    public void Build_FolderDoesNotExist_IsMade()
    {
        var path = Path.Combine(_corpus.Folder, "dictionaries", "A", "1", "index.bin");
        ActivationIndexBuilder.Build(path, _corpus.HeldOut, 100, new DenseEncoder(_dense, 8), Header);
        using var index = ActivationIndex.Open(path);
        Assert.Equal("d", index.Header.Dictionary);
    }

    [Fact]
    public void Build_InManyPasses_SameFileAsInOne()
    {
        var other = _path + ".2";
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header);
        ActivationIndexBuilder.Build(other, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header, 1000, null, default);

        Assert.Equal(File.ReadAllBytes(_path), File.ReadAllBytes(other));
    }

    [Fact]
    public void Build_AnyActivations_TakesFourBytesEachAndTwoTables()
    {
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header);

        using var index = ActivationIndex.Open(_path);
        Assert.InRange(new FileInfo(_path).Length, 4 * index.Activations, (4 * index.Activations) + (8 * (Features + 1)) + (4 * Features) + 1024);
        Assert.True(index.BytesPerActivation <= 6);
    }

    [Theory]
    [InlineData(1e-30f, 5.9604645e-08f)]
    [InlineData(1e9f, 65504f)]
    [InlineData(0.333f, 0.333f)]
    public void Build_ExtremeActivation_NeitherVanishesNorOverflows(float activation, float stored)
    {
        var dense = _dense.Select(static row => new float[row.Length]).ToArray();
        dense[7][2] = activation;
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(dense, 8), Header);

        using var index = ActivationIndex.Open(_path);
        Assert.Equal(1, index.Activations);
        Assert.Equal(stored, index.At(2, 7), stored * 1e-3f);
    }

    [Fact]
    public void Build_NotANumber_FailsAndLeavesNothing()
    {
        _dense[900][2] = float.NaN;
        Assert.Throws<ArithmeticException>(() => ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header));
        AssertNoFiles();
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.96)]
    public void Build_Cancelled_LeavesNothing(double when)
    {
        using var source = new CancellationTokenSource();
        var progress = new At(when, source);
        Assert.Throws<OperationCanceledException>(() =>
            ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header, 1000, progress, source.Token));
        AssertNoFiles();
    }

    [Fact]
    public void Open_Missing_SaysWhatToDo()
    {
        Assert.Contains("Build it again", Assert.Throws<FileNotFoundException>(() => ActivationIndex.Open(_path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("longer")]
    [InlineData("foreign")]
    [InlineData("empty")]
    [InlineData("short")]
    [InlineData("version")]
    [InlineData("json")]
    [InlineData("offsets")]
    public void Open_DamagedFile_NamesFileAndRemedy(string damage)
    {
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header);
        File.WriteAllBytes(_path, Damage(File.ReadAllBytes(_path), damage));

        Assert.Equal(_path, Assert.Throws<DamagedFileException>(() => ActivationIndex.Open(_path)).FilePath);
        File.Delete(BlockChecksums.FileOf(_path));
        var message = Assert.ThrowsAny<Exception>(() => ActivationIndex.Open(_path)).Message;
        Assert.Contains(Path.GetFileName(_path), message, StringComparison.Ordinal);
        Assert.Matches("build it again|repeat the run or import that wrote it", message);
    }

    [Fact]
    public void Build_MoreThanAPageOfTokens_EveryPositionIsFound()
    {
        const int Count = (2 * 65_536) + 700;
        using var corpus = new SmallCorpus(SmallCorpus.Bytes(), [(null, [.. Enumerable.Repeat((ushort)7, Count - 1)])]);
        // Feature 0 fires around the ends of the pages, 1 in the second page alone, 2 never, 3 often.
        bool Fires(int feature, int token) => feature switch
        {
            0 => token % 65_536 is 0 or 1 or 65_535,
            1 => token == 70_000,
            2 => false,
            _ => token % 97 == 5,
        };
        var dense = Enumerable.Range(0, Count).Select(token => Enumerable.Range(0, 4).Select(feature => Fires(feature, token) ? 1f + (token % 100) : 0).ToArray()).ToArray();
        ActivationIndexBuilder.Build(_path, corpus.HeldOut, long.MaxValue, new DenseEncoder(dense, 256), Header);

        using var index = ActivationIndex.Open(_path);
        index.Verify();
        for (var feature = 0; feature < 4; feature++)
        {
            var expected = Enumerable.Range(0, Count).Where(token => Fires(feature, token)).Select(static token => (uint)token).ToArray();
            Assert.Equal(expected, index.Positions(feature).ToArray());
            Assert.Equal(expected.Length, index.Count(feature));
            foreach (var token in (int[])[0, 1, 2, 5, 65_534, 65_535, 65_536, 65_537, 70_000, 131_071, 131_072, Count - 1])
            {
                Assert.Equal(dense[token][feature], index.At(feature, token));
            }
        }

        Assert.Equal(0, index.At(0, Count));
    }

    [Fact]
    public void Open_FileOfVersionOne_GivesTheSameActivations()
    {
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header);
        var old = _path + ".1";
        using var index = ActivationIndex.Open(_path);
        File.WriteAllBytes(old, OldIndexFile.OfVersionOne(index));

        using var wide = ActivationIndex.Open(old);
        wide.Verify();
        for (var feature = 0; feature < Features; feature++)
        {
            Assert.Equal(index.Positions(feature).ToArray(), wide.Positions(feature).ToArray());
            Assert.Equal(index.Values(feature).ToArray(), wide.Values(feature).ToArray());
        }

        Assert.Equal(index.At(3, 5), wide.At(3, 5));
        Assert.Equal(0, wide.At(0, 5));

        var (block, same) = (new ActivationBlock(wide, 0, Features), new ActivationBlock(index, 0, Features));
        for (var start = 0; start < Tokens; start += 700)
        {
            block.Load(start, Math.Min(700, Tokens - start));
            same.Load(start, Math.Min(700, Tokens - start));
            for (var feature = 0; feature < Features; feature++)
            {
                Assert.Equal(same.Tokens(feature).ToArray(), block.Tokens(feature).ToArray());
                Assert.Equal(same.Values(feature).ToArray(), block.Values(feature).ToArray());
            }
        }
    }

    [Fact]
    public void Verify_OneBitOfAnActivationChanged_Throws()
    {
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header);
        var bytes = File.ReadAllBytes(_path);
        bytes[^3] ^= 1;
        File.WriteAllBytes(_path, bytes);

        Assert.Throws<DamagedFileException>(() =>
        {
            using var index = ActivationIndex.Open(_path);
            index.Verify();
        });

        File.Delete(BlockChecksums.FileOf(_path));
        Assert.Throws<DamagedFileException>(() => ActivationIndex.Open(_path));
        Assert.False(File.Exists(BlockChecksums.FileOf(_path)));
    }

    [Fact]
    public void Open_FileWithoutChecksums_GivesItSome()
    {
        ActivationIndexBuilder.Build(_path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 8), Header);
        var sums = File.ReadAllBytes(BlockChecksums.FileOf(_path));
        File.Delete(BlockChecksums.FileOf(_path));

        ActivationIndex.Open(_path).Dispose();

        Assert.Equal(sums, File.ReadAllBytes(BlockChecksums.FileOf(_path)));
    }

    private static byte[] Damage(byte[] bytes, string damage)
    {
        switch (damage)
        {
            case "truncated":
                return bytes[..^1];
            case "longer":
                return [.. bytes, 0];
            case "foreign":
                return [.. "PK\x03\x04"u8, .. bytes.Skip(4)];
            case "empty":
                return [];
            case "short":
                return bytes[..20];
            case "version":
                bytes[8] = 99;
                return bytes;
            case "json":
                bytes[IndexLayout.PrefixLength] = (byte)'!';
                return bytes;
            default:
                bytes[IndexLayout.PrefixLength + BitConverter.ToInt32(bytes, 12) + 80] ^= 1;
                return bytes;
        }
    }

    private void AssertNoFiles(string but = ".tokens") => Assert.All(
        Directory.GetFiles(_corpus.Folder), file => Assert.True(file.Contains(".tokens", StringComparison.Ordinal) || file.Contains(".documents", StringComparison.Ordinal) || file.Contains(but, StringComparison.Ordinal), file));

    private static float[] Row(Random random)
    {
        var row = new float[Features];
        for (var feature = 0; feature < Features; feature++)
        {
            // Densities from 0 (the first two) to a half.
            row[feature] = random.NextDouble() < (feature - 1) / 70.0 ? (float)random.NextDouble() * 5 : 0;
        }

        return row;
    }

    private sealed class At(double when, CancellationTokenSource source) : IProgress<double>
    {
        public void Report(double value)
        {
            if (value >= when)
            {
                source.Cancel();
            }
        }
    }
}
