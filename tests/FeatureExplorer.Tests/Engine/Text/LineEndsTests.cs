using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Tests.Engine.Text;

public sealed class LineEndsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\n", 0, "\n")]
    [InlineData("\r\n", 0, "\r\n")]
    [InlineData("\r\n", 5, "\r\n")]
    [InlineData("\n", 5, "\n")]
    public void Of_Corpus_IsWhatMostOfItsLinesHave(string most, int others, string expected)
    {
        for (var i = 0; i < 40; i++)
        {
            var end = i < others ? (most == "\n" ? "\r\n" : "\n") : most;
            _folder.Write($"in/{i}.txt", string.Concat(Enumerable.Range(0, 30).Select(line => $"document {i} has line {line * 31 % 97}{end}")));
        }

        using var corpus = TokenizedCorpus.Build(new CorpusReader([_folder.At("in")]), new CorpusOptions { VocabularySize = 300 }, _folder.At("out"));
        Assert.Equal(expected, LineEnds.Of(corpus));
    }

    [Theory]
    [InlineData("one", "one")]
    [InlineData("one\r\ntwo\nthree\rfour\r\n\r\n", "one|two|three|four||")]
    public void Replace_AnyLineEnds_GivesTheOneWanted(string text, string expected)
    {
        Assert.Equal(expected.Replace('|', '\n'), LineEnds.Replace(text, "\n"));
        Assert.Equal(expected.Replace("|", "\r\n", StringComparison.Ordinal), LineEnds.Replace(text, "\r\n"));
    }
}
