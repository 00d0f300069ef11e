using System.IO.Compression;
using System.Text;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Files;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Engine.Text;

public sealed class CorpusReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_Folder_TakesDomainFromFieldFolderAndFile()
    {
        _folder.Write("a.txt", "plain");
        _folder.Write("code/deep/b.cs", "class B;");
        _folder.Write("code/c.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two\", \"domain\": \"named\"}\n");
        _folder.Write("law.jsonl.gz", Gzip("{\"text\": \"three\"}"));
        _folder.Write("picture.png", "not text");
        _folder.Write(".git/config.txt", "hidden");

        Assert.Equal(
            [
                new Document("plain", null, "a.txt"),
                new Document("one", "code", "code/c.jsonl:1"),
                new Document("two", "named", "code/c.jsonl:2"),
                new Document("class B;", "code", "code/deep/b.cs"),
                new Document("three", "law", "law.jsonl.gz:1"),
            ],
            Read(out var problems));
        Assert.Equal(
            ["files of kind .png are not read: 1 (picture.png)", "files that are hidden (their names begin with a dot) are not read: 1 (.git)"],
            problems.Select(problem => problem.Message));
    }

    [Fact]
    public void Read_SeveralPaths_KeepsTheirOrderAndTakesAnyNamedFile()
    {
        var second = _folder.Write("b.strange", "second");
        var first = _folder.Write("z/one.md", "first");

        Assert.Equal(["first", "second"], new CorpusReader([Path.GetDirectoryName(first)!, second]).Read(new CorpusReading()).Select(document => document.Text));
    }

    [SkippableFact]
    public void Read_LinkUpwards_EndsAndReadsEachFileOnce()
    {
        Skip.If(OperatingSystem.IsWindows(), "links need a privilege");
        _folder.Write("in/a/one.txt", "one");
        Directory.CreateSymbolicLink(_folder.At("in/a/up"), _folder.At("in"));
        _folder.Write("elsewhere/two.txt", "two");
        Directory.CreateSymbolicLink(_folder.At("in/b"), _folder.At("elsewhere"));

        var documents = new CorpusReader([_folder.At("in")]).Read(new CorpusReading());
        Assert.Equal([new Document("one", "a", "a/one.txt"), new Document("two", "b", "b/two.txt")], documents);
    }

    [Theory]
    [InlineData("{\"text\": \"ok\"}\n{\"text\": bad}\n", 2, "not a JSON object")]
    [InlineData("\n[1, 2]\n", 2, "not a JSON object")]
    [InlineData("{\"text\": \"cut", 1, "not a JSON object")]
    [InlineData("{\"text\": \"a\"} more\n", 1, "not a JSON object")]
    [InlineData("{\"content\": \"a\"}\n", 1, "no \"text\"")]
    [InlineData("{\"text\": 5}\n", 1, "no \"text\"")]
    [InlineData("{\"text\": \"  \"}\n", 1, "empty")]
    [InlineData("{\"text\": \"\\ud800\"}\n", 1, "surrogate")]
    public void Read_WrongJsonLine_NamesItAndGoesOn(string text, long line, string message)
    {
        var file = _folder.Write("x.jsonl", text);
        _folder.Write("y.txt", "after");

        Assert.Equal("after", Read(out var problems)[^1].Text);
        var problem = Assert.Single(problems);
        Assert.Equal((file, line, true), (problem.File, problem.Line, problem.Skipped));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_InvalidUtf8_NamesTheLineAndHowMuchIsLeftOut()
    {
        _folder.Write("a.txt", [.. "one\ntwo\n"u8, 0xE4, (byte)'x']);
        _folder.Write("b.jsonl", [.. "{\"text\": \"ok\"}\n{\"text\": \""u8, 0xFF, .. "\"}\n"u8]);
        _folder.Write("c.txt", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("wide")).ToArray());

        Assert.Equal(["ok"], Read(out var problems).Select(document => document.Text));
        Assert.EndsWith("a.txt: is not valid UTF-8 in line 3; the whole file is left out", problems[0].ToString(), StringComparison.Ordinal);
        Assert.EndsWith("b.jsonl, line 2: not valid UTF-8; skipped", problems[1].ToString(), StringComparison.Ordinal);
        Assert.All(problems, problem => Assert.Contains("UTF-8", problem.Message, StringComparison.Ordinal));
        Assert.Contains("UTF-16", problems[2].Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Read_FoldersWhoseNamesAreChanged_TellsOfEachOnce()
    {
        Skip.If(OperatingSystem.IsWindows(), "such names are not possible there");
        var longName = new string('n', 80);
        _folder.Write("two\u202Ename/a.txt", "one");
        _folder.Write("two\u202Ename/deep/b.txt", "two");
        _folder.Write($"{longName}/c.txt", "three");
        _folder.Write("\u200B/d.txt", "four");
        _folder.Write("plain/e.txt", "five");

        var documents = Read(out var problems);
        Assert.Equal(5, documents.Count);
        var used = documents.Single(document => document.Text == "three").Domain!;
        Assert.Equal(64, used.Length);
        Assert.Equal(
            ["a domain name of 80 characters, shortened to \"" + used + "\"", "a domain name with characters that cannot be shown, taken as \"twoname\"", "a domain without a name that can be shown"],
            problems.Select(problem => problem.Message).Order(StringComparer.Ordinal));
        Assert.Contains(_folder.At("two\u202Ename"), problems.Select(problem => problem.File));
        Assert.All(problems, problem => Assert.False(problem.Skipped));
    }

    [Fact]
    public void FolderDomains_WithAndWithoutJsonLines_AreThoseOfTheFoldersOrUnknown()
    {
        _folder.Write("code/a.cs", "a");
        _folder.Write("law/b.txt", "b");
        Assert.Equal(["code", "law"], new CorpusReader([_folder.At("")]).FolderDomains!.Order(StringComparer.Ordinal));
        _folder.Write("law/c.jsonl", "{}");
        Assert.Null(new CorpusReader([_folder.At("")]).FolderDomains);
    }

    [Fact]
    public void Read_EmptyFile_IsReported()
    {
        _folder.Write("a.txt", "");
        _folder.Write("b.txt", "\uFEFFtext");

        Assert.Equal(["text"], Read(out var problems).Select(document => document.Text));
        Assert.Contains("is empty; skipped", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DamagedGzip_KeepsWhatCameBefore()
    {
        var lines = string.Concat(Enumerable.Range(0, 20000).Select(i => $"{{\"text\": \"line {i * 7919 % 10007}\"}}\n"));
        var whole = Gzip(lines);
        _folder.Write("a.jsonl.gz", whole[..(whole.Length / 2)]);
        _folder.Write("b.jsonl.gz", "not gzip at all");

        var documents = Read(out var problems);
        Assert.InRange(documents.Count, 1000, 19000);
        Assert.Contains(problems, problem => problem.File.EndsWith("a.jsonl.gz", StringComparison.Ordinal) && problem.Message.Contains($"({documents.Count:N0} documents, ", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.File.EndsWith("b.jsonl.gz", StringComparison.Ordinal) && problem.Line == 1);
    }

    [Fact]
    public void Read_VeryLongDocument_IsCutAtLines()
    {
        var line = string.Concat(Enumerable.Repeat("é", 49)) + "\n";
        var text = string.Concat(Enumerable.Repeat(line, (CorpusReader.LongestDocument / 99) + 1000));
        _folder.Write("long.txt", text);
        var documents = Read(out var problems);

        Assert.Equal(["long.txt#1", "long.txt#2"], documents.Select(document => document.Source));
        Assert.Equal(text, string.Concat(documents.Select(document => document.Text)));
        Assert.EndsWith("\n", documents[0].Text, StringComparison.Ordinal);
        Assert.False(Assert.Single(problems).Skipped);
    }

    [Fact]
    public void Cut_NoLine_KeepsCharactersWhole()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("€", 40)));
        Assert.Equal(99, TextParts.Cut(bytes, 100));
        Assert.Equal(99, TextParts.Cut(bytes, 101));
        Assert.Equal(102, TextParts.Cut(bytes, 102));
    }

    [Fact]
    public void Report_ManyProblems_KeepsTheFirstAndCountsAll()
    {
        var told = 0;
        var reading = new CorpusReading(_ => told++);
        for (var i = 0; i < 250; i++)
        {
            reading.Report(new CorpusProblem("f", i, "m", i % 2 == 0));
        }

        Assert.Equal((250, 125, CorpusReading.MostShown, CorpusReading.MostShown), (reading.ProblemCount, reading.SkippedCount, reading.Shown.Count, told));
    }

    [Fact]
    public void Create_PathThatDoesNotExist_NamesIt()
    {
        Assert.Contains("nowhere", Assert.Throws<FileNotFoundException>(() => new CorpusReader([_folder.At("nowhere")])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CorpusReader([]));
    }

    [Fact]
    public void Create_FolderWithoutText_NamesIt()
    {
        var empty = _folder.At("empty");
        Directory.CreateDirectory(empty);
        Assert.Contains("It is empty", Assert.Throws<InvalidDataException>(() => new CorpusReader([empty])).Message, StringComparison.Ordinal);
        _folder.Write("empty/x.png", "x");
        Assert.Contains("files of kind .png are not read: 1 (x.png)", Assert.Throws<InvalidDataException>(() => new CorpusReader([empty])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_LongerThanTheBuffer_ComeWhole()
    {
        var expected = Enumerable.Range(0, 9).Select(i => new string((char)('a' + i), 40000 * i)).ToList();
        var reader = new LineReader(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', expected))), 250_000);
        var lines = new List<(string Text, bool TooLong)>();
        while (reader.MoveNext())
        {
            lines.Add((Encoding.UTF8.GetString(reader.Current), reader.IsTooLong));
        }

        Assert.Equal(9, reader.Number);
        Assert.Equal(expected[..6], lines[..6].Select(line => line.Text));
        Assert.Equal(("", true), lines[8]);
    }

    private List<Document> Read(out List<CorpusProblem> problems)
    {
        var found = new List<CorpusProblem>();
        var documents = new CorpusReader([_folder.Path]).Read(new CorpusReading(found.Add)).ToList();
        problems = found;
        return documents;
    }

    private static byte[] Gzip(string text)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionMode.Compress))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return stream.ToArray();
    }
}
