using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Analysis.Index;

public sealed class ActivationRangeTests
{
    private const int Tokens = 140_000;

    [Fact]
    public void Within_RangesOverSeveralPages_GivesWhatLiesInside()
    {
        using var folder = new TemporaryFolder();
        using var small = new SmallModel(Tokens);
        float[][] rows = [.. Enumerable.Range(0, Tokens).Select(p => new[] { p % 3 == 0 ? 1 + (p % 7) : 0f, p % 40_000 == 9 ? 2f : 0f, 0f })];
        var path = Path.Combine(folder.Path, "index.bin");
        ActivationIndexBuilder.Build(
            path, small.Store, long.MaxValue, new DenseEncoder(rows, SmallModel.Window), new IndexHeader { Corpus = "c", Tokenizer = "t", Model = "m", Dictionary = "d" });
        using var index = ActivationIndex.Open(path);

        uint[] positions = [];
        foreach (var (from, to) in ((long, long)[])[(0, Tokens), (0, 0), (5, 6), (65_530, 65_540), (65_536, 131_072), (70_000, 139_999), (131_072, Tokens), (Tokens, Tokens)])
        {
            for (var feature = 0; feature < 3; feature++)
            {
                var values = index.Within(feature, from, to, ref positions);
                var expected = Enumerable.Range((int)from, (int)(to - from)).Where(p => rows[p][feature] > 0).ToList();
                Assert.Equal(expected, positions[..values.Length].Select(p => (int)p));
                Assert.Equal(expected.Select(p => rows[p][feature]), values.ToArray().Select(v => (float)v));
            }
        }
    }
}
