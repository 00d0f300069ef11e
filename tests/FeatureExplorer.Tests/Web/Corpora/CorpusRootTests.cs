using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Corpora;

namespace FeatureExplorer.Tests.Web.Corpora;

public sealed class CorpusRootTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _root;

    public CorpusRootTests()
    {
        _root = Path.Combine(_folder.Path, "root");
        Directory.CreateDirectory(Path.Combine(_root, "books"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "root-of-another"));
        File.WriteAllText(Path.Combine(_root, "books", "one.txt"), "one");
        File.WriteAllText(Path.Combine(_folder.Path, "secret.txt"), "secret");
    }

    [Theory]
    [InlineData("books", "books")]
    [InlineData("books/one.txt", "books/one.txt")]
    [InlineData("books/../books/one.txt", "books/one.txt")]
    public void Resolve_PathInside_IsThatPath(string relative, string expected) =>
        Assert.EndsWith(Path.Combine("root", expected), CorpusRoot.Resolve(_root, relative), StringComparison.Ordinal);

    [Theory]
    [InlineData("..", "leads out")]
    [InlineData("../secret.txt", "leads out")]
    [InlineData("books/../../secret.txt", "leads out")]
    [InlineData("../root-of-another", "leads out")]
    [InlineData("/etc", "must be a path below")]
    [InlineData("books\0", "must be a path below")]
    [InlineData("missing", "There is no")]
    public void Resolve_PathOutsideOrMissing_IsRefused(string relative, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => CorpusRoot.Resolve(_root, relative)).Message, StringComparison.Ordinal);

    [SkippableFact]
    public void Resolve_LinkThatLeadsOutside_IsRefused()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        File.CreateSymbolicLink(Path.Combine(_root, "file"), Path.Combine(_folder.Path, "secret.txt"));
        Assert.Throws<ArgumentException>(() => CorpusRoot.Resolve(_root, "file"));
        File.Delete(Path.Combine(_root, "file"));

        // A link deep inside an innocent folder is found, too.
        Directory.CreateSymbolicLink(Path.Combine(_root, "books", "deep"), Path.Combine(_folder.Path, "root-of-another"));
        Assert.Throws<ArgumentException>(() => CorpusRoot.Resolve(_root, "books"));
        Directory.Delete(Path.Combine(_root, "books", "deep"));
        Directory.CreateSymbolicLink(Path.Combine(_root, "again"), Path.Combine(_root, "books"));
        Assert.EndsWith(Path.Combine("root", "books"), CorpusRoot.Resolve(_root, "again"), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
