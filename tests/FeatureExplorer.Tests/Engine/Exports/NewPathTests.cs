using FeatureExplorer.Engine.Exports;

namespace FeatureExplorer.Tests.Engine.Exports;

public sealed class NewPathTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("new-paths").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_SomethingIsThere_IsRefusedAndLeftAsItIs()
    {
        var (file, folder) = (Path.Combine(_folder, "file"), Path.Combine(_folder, "folder"));
        File.WriteAllText(file, "mine");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "cfg.json"), "mine");
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), Path.Combine(_folder, "nowhere"));

        foreach (var path in new[] { file, folder, Path.Combine(_folder, "link") })
        {
            Assert.Contains("nothing is overwritten", Assert.Throws<IOException>(() => NewFile.Write(path, static stream => stream.WriteByte(1))).Message, StringComparison.Ordinal);
            Assert.Contains("nothing is overwritten", Assert.Throws<IOException>(() => NewFolder.Write(path, static sink => sink.AddText("cfg.json", "new"))).Message, StringComparison.Ordinal);
        }

        Assert.Equal(("mine", "mine"), (File.ReadAllText(file), File.ReadAllText(Path.Combine(folder, "cfg.json"))));
    }

    [Fact]
    public void Write_FailsHalfWay_LeavesNothing()
    {
        Assert.Throws<InvalidDataException>(() => NewFolder.Write(Path.Combine(_folder, "a"), static sink =>
        {
            sink.AddText("below/one.txt", "1");
            throw new InvalidDataException("no more");
        }));
        Assert.Throws<InvalidDataException>(() => NewFile.Write(Path.Combine(_folder, "b"), static _ => throw new InvalidDataException("no more")));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Write_EmptyFolder_IsFilled()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a"));
        NewFolder.Write(Path.Combine(_folder, "a"), static sink => sink.AddText("below/one.txt", "1"));
        Assert.Equal("1", File.ReadAllText(Path.Combine(_folder, "a", "below", "one.txt")));
    }

    [Fact]
    public void Add_NameThatLeadsOutside_IsRefused() =>
        Assert.Throws<ArgumentException>(() => NewFolder.Write(Path.Combine(_folder, "a"), static sink => sink.AddText("../b", "1")));
}
