using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Analysis.Index;

public sealed class ActivationBlockTests : IDisposable
{
    private const int Tokens = 140_000;
    private readonly TemporaryFolder _folder = new();
    private readonly SmallModel _small = new(Tokens);
    private readonly ActivationIndex _index;

    // Feature 0 fires often, 1 seldom, 2 never, 3 always.
    private readonly float[][] _rows = [.. Enumerable.Range(0, Tokens).Select(p => new[] { p % 3 == 0 ? 1 + (p % 7) : 0f, p % 40_000 == 9 ? 2f : 0f, 0f, 1 + (p % 5) })];

    public ActivationBlockTests()
    {
        var path = Path.Combine(_folder.Path, "index.bin");
        var header = new IndexHeader { Corpus = "c", Tokenizer = "t", Model = "m", Dictionary = "d" };
        ActivationIndexBuilder.Build(path, _small.Store, long.MaxValue, new DenseEncoder(_rows, SmallModel.Window), header);
        _index = ActivationIndex.Open(path);
    }

    public void Dispose()
    {
        _index.Dispose();
        _small.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(4096, 0, 4)]
    [InlineData(65_536, 0, 4)]
    [InlineData(50_001, 1, 2)]
    [InlineData(Tokens, 3, 1)]
    public void Load_BlockAfterBlock_GivesWhatFiresInEach(int size, int first, int count)
    {
        var block = new ActivationBlock(_index, first, count);
        for (var pass = 0; pass < 2; pass++)
        {
            for (var start = 0; start < Tokens; start += size)
            {
                var tokens = Math.Min(size, Tokens - start);
                block.Load(start, tokens);
                AssertHolds(block, start, tokens, first, count);
            }
        }
    }

    [Fact]
    public void Load_TokensThatDoNotFollow_Throws()
    {
        var block = new ActivationBlock(_index, 0, 4);
        block.Load(0, 1000);
        var error = Assert.Throws<ArgumentException>(() => block.Load(1001, 1000));
        Assert.Contains("1001", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadValues_AnyFeature_AreThoseThatAreMapped()
    {
        Half[] scratch = [];
        for (var feature = 0; feature < _index.Features; feature++)
        {
            Assert.True(_index.ReadValues(feature, ref scratch).SequenceEqual(_index.Values(feature)));
        }
    }

    private void AssertHolds(ActivationBlock block, int start, int tokens, int first, int count)
    {
        for (var feature = first; feature < first + count; feature++)
        {
            var expected = Enumerable.Range(0, tokens).Where(at => _rows[start + at][feature] > 0).ToArray();
            Assert.Equal(expected, block.Tokens(feature).ToArray());
            Assert.Equal(expected.Select(at => (Half)_rows[start + at][feature]), block.Values(feature).ToArray());
        }
    }
}
