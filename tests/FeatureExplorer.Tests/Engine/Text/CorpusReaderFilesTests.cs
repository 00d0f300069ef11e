using System.IO.Compression;
using System.Text;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Tests.Engine.Text;

/// <summary>Files that are not what their names say, or not whole: what can be read is, and all else is told.</summary>
public sealed class CorpusReaderFilesTests : IDisposable
{
    private const string Lines = "{\"text\": \"one\"}\n{\"text\": \"two\"}\n{\"text\": \"three\"}\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_GzipWithAWrongChecksum_KeepsItsLines()
    {
        var bytes = Gzip(Lines);
        bytes[^8] ^= 1;
        _folder.Write("a.jsonl.gz", bytes);
        Assert.Equal(["one", "two", "three"], Read(out var problems));
        AssertProblem(problems, "is damaged: its checksum does not match; all that it holds is kept (3 documents, 50 bytes unpacked)", skipped: false);
    }

    [Fact]
    public void Read_TextGzipCutWithinACharacter_KeepsTheTextBefore()
    {
        var text = string.Concat(Enumerable.Range(0, 9000).Select(i => $"été {i * 7919 % 10007}, "));
        var bytes = Gzip(text);
        for (var length = bytes.Length - 9; length > bytes.Length - 40; length--)
        {
            _folder.Write("a.txt.gz", bytes[..length]);
            Assert.StartsWith(Assert.Single(Read(out var problems)), text, StringComparison.Ordinal);
            Assert.Contains("is cut short: its compressed data end too early; what comes before is kept (1 document, ", Assert.Single(problems).ToString(), StringComparison.Ordinal);
            Assert.True(problems[0].Skipped);
        }
    }

    [Fact]
    public void Read_NameThatDoesNotSayHowItIsPacked_IsReadAndTold()
    {
        _folder.Write("a.jsonl.gz", Lines);
        _folder.Write("b.txt", Gzip("packed"));
        Assert.Equal(["one", "two", "three", "packed"], Read(out var problems));
        Assert.Contains("is not compressed with gzip, as its name says; it is read as it is", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("is compressed with gzip, which its name does not say", problems[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("28B52FFD04000000", "compressed with Zstandard")]
    [InlineData("504152311500", "a Parquet file")]
    [InlineData("504B030414000000", "a zip archive")]
    [InlineData("80818283", "is not compressed with gzip, as its name says, and is no text")]
    public void Read_NoText_IsNamed(string hex, string says)
    {
        _folder.Write("a.jsonl.gz", Convert.FromHexString(hex));
        Assert.Empty(Read(out var problems));
        Assert.Contains(says, Assert.Single(problems).Message, StringComparison.Ordinal);
        Assert.True(problems[0].Skipped);
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("a.jsonl")]
    [InlineData("a.txt.gz")]
    [InlineData("a.jsonl.gz")]
    public void Read_Utf16WithoutAMark_IsToldOnce(string name)
    {
        var wide = Encoding.Unicode.GetBytes(Lines);
        _folder.Write(name, name.EndsWith(".gz", StringComparison.Ordinal) ? Gzip(wide) : wide);
        Assert.Empty(Read(out var problems));
        AssertProblem(problems, "is UTF-16, not UTF-8: save it as UTF-8", skipped: true);
    }

    [Theory]
    [InlineData("text\0\0\0\0", "text")]
    [InlineData("\0\0text", "text")]
    [InlineData("one\0\0\0two", "one\ntwo")]
    public void Read_TextWithZeroBytes_LeavesThemOutAndTells(string text, string expected)
    {
        _folder.Write("a.txt", text);
        _folder.Write("b.txt.gz", Gzip(text));
        _folder.Write("c.jsonl", $"{{\"text\": \"{text.Replace("\0", "\\u0000", StringComparison.Ordinal)}\"}}\n");
        Assert.Equal([expected, expected, expected], Read(out var problems));
        Assert.Equal(3, problems.Count);
        Assert.All(problems, problem => Assert.Contains("zero bytes (padding), which are left out", problem.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_JsonLinesWithPadding_KeepsTheLines()
    {
        _folder.Write("a.jsonl", "\0\0{\"text\": \"one\"}\n{\"text\": \"two\"}\n\0\0\0\0\0");
        Assert.Equal(["one", "two"], Read(out var problems));
        Assert.Equal(["2 zero bytes around the line (padding), which are left out", "5 zero bytes around the line (padding), which are left out"], problems.Select(problem => problem.Message));
    }

    [Fact]
    public void Read_MixedWithWideText_IsSkippedAndTold()
    {
        _folder.Write("a.txt", [.. Encoding.UTF8.GetBytes(new string('x', 5000)), .. Encoding.Unicode.GetBytes(new string('y', 500))]);
        Assert.Empty(Read(out var problems));
        Assert.Contains("single zero bytes, as UTF-16", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.jsonl.gz")]
    [InlineData("a.txt.gz")]
    public void Read_EmptyFile_IsTold(string name)
    {
        _folder.Write(name, "");
        Assert.Empty(Read(out var problems));
        AssertProblem(problems, "is empty", skipped: true);
    }

    [Fact]
    public void Read_NamesWithControlCharacters_AreShownWithout()
    {
        _folder.Write("a.jsonl", "{\"text\": \"one\", \"domain\": \"x\\u202ey\"}\n{\"text\": \"two\", \"domain\": \"x\\u202ey\"}\n{\"text\": \"three\", \"domain\": \"\\u0007\"}\n");
        if (!OperatingSystem.IsWindows())
        {
            _folder.Write("b\u202Ec\u001b/d\u001b[31m.txt", "four");
        }

        var reading = new CorpusReading();
        var documents = new CorpusReader([_folder.Path]).Read(reading).ToList();
        Assert.Equal(["xy", "xy", "a"], documents.Take(3).Select(document => document.Domain));
        Assert.All(documents.Skip(3), document => Assert.Equal(("bc", "bc/d[31m.txt"), (document.Domain, document.Source)));
        // A folder's name that is shown otherwise is told of its file as a whole.
        Assert.Equal(OperatingSystem.IsWindows() ? [1L, 3L] : [0L, 1L, 3L], reading.Shown.Select(problem => problem.Line));
    }

    [Fact]
    public void Read_Cancelled_EndsWithinAFileWithoutDocuments()
    {
        _folder.Write("a.jsonl", string.Concat(Enumerable.Repeat("no json\n", 100_000)));
        using var cancellation = new CancellationTokenSource();
        var reading = new CorpusReading(_ => cancellation.Cancel()) { Cancellation = cancellation.Token };
        Assert.Throws<OperationCanceledException>(() => new CorpusReader([_folder.Path]).Read(reading).Count());
        Assert.InRange(reading.ProblemCount, 1, 99_999);
    }

    [Fact]
    public void Build_CopiesOfTwoTexts_IsRefusedAndLeavesNothing()
    {
        var texts = (string[])["the first text says this and nothing else at all", "another one, which is as short, follows after it"];
        _folder.Write("docs.jsonl", string.Concat(Enumerable.Range(0, 120).Select(i => $"{{\"text\": \"{texts[i % 2]}\"}}\n")));
        var refused = Assert.Throws<ArgumentException>(() => TokenizedCorpus.Build(
            new CorpusReader([_folder.At("docs.jsonl")]), new CorpusOptions { VocabularySize = 257, FewestHeldOutTokens = 17 }, _folder.At("out")));
        Assert.Contains("120 documents with 2 different texts no tokens can be held out, and 17 are needed. Copies of a text are never divided", refused.Message, StringComparison.Ordinal);
        Assert.Equal([_folder.At("docs.jsonl")], Directory.GetFileSystemEntries(_folder.Path));
    }

    private static void AssertProblem(List<CorpusProblem> problems, string message, bool skipped)
    {
        var problem = Assert.Single(problems);
        Assert.Equal((message, skipped), (problem.Message, problem.Skipped));
    }

    private List<string> Read(out List<CorpusProblem> problems)
    {
        var found = new List<CorpusProblem>();
        var texts = new CorpusReader([_folder.Path]).Read(new CorpusReading(found.Add)).Select(document => document.Text).ToList();
        problems = found;
        return texts;
    }

    private static byte[] Gzip(string text) => Gzip(Encoding.UTF8.GetBytes(text));

    private static byte[] Gzip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionMode.Compress))
        {
            gzip.Write(bytes);
        }

        return stream.ToArray();
    }
}
