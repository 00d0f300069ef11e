using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Tests.Engine.Checkpoints;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("atomic").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_NewFolder_IsMade()
    {
        var path = Path.Combine(_folder, "new", "file.txt");

        AtomicFile.WriteAllText(path, "Grüße");

        Assert.Equal("Grüße", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Write_ThatFails_LeavesTheOldFileAndNoOther()
    {
        var path = Path.Combine(_folder, "file.bin");
        AtomicFile.WriteAllBytes(path, new byte[] { 1, 2, 3 });

        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(9);
            throw new IOException("disk full");
        }));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Write_LeftoversOfAKilledProcess_GoAway()
    {
        var path = Path.Combine(_folder, "file.bin");
        var (old, young) = ($"{path}.{Guid.NewGuid():N}.tmp", $"{path}.{Guid.NewGuid():N}.tmp");
        File.WriteAllText(old, "half");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-1));
        File.WriteAllText(young, "another writer's, of now");

        AtomicFile.WriteAllText(path, "whole");

        Assert.Equal([path, young], Directory.GetFiles(_folder).Order());
    }
}
