using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Tests.Engine.Text.Corpora;

public sealed class BuildFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Create_BesideWhatAKilledProcessLeft_TakesItAway()
    {
        var left = Leave("a", "building.lock");
        using var mine = BuildFolder.Create(_folder.Path);
        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(mine.Path));
    }

    [Fact]
    public void Create_BesideALivingBuild_LeavesItAlone()
    {
        using var living = BuildFolder.Create(_folder.Path);
        File.WriteAllText(Path.Combine(living.Path, "all.tokens"), "half");
        using var mine = BuildFolder.Create(_folder.Path);
        Assert.Equal("half", File.ReadAllText(Path.Combine(living.Path, "all.tokens")));
    }

    [Fact]
    public void ClearStale_WithoutALock_GoesByItsAge()
    {
        var (young, old) = (Leave("young", "all.tokens"), Leave("old", "all.tokens"));
        var before = DateTime.UtcNow - TimeSpan.FromDays(2);
        File.SetLastWriteTimeUtc(Path.Combine(old, "all.tokens"), before);
        Directory.SetLastWriteTimeUtc(old, before);
        BuildFolder.ClearStale(_folder.Path);
        Assert.True(Directory.Exists(young));
        Assert.False(Directory.Exists(old));
    }

    [Fact]
    public void MoveTo_FinishedBuild_HasOnlyWhatWasBuilt()
    {
        var target = Path.Combine(_folder.Path, "corpus");
        using (var mine = BuildFolder.Create(_folder.Path))
        {
            File.WriteAllText(Path.Combine(mine.Path, "corpus.json"), "{}");
            mine.MoveTo(target);
        }

        Assert.Equal(["corpus.json"], Directory.GetFileSystemEntries(target).Select(Path.GetFileName));
        Assert.Equal([target], Directory.GetFileSystemEntries(_folder.Path));
    }

    private string Leave(string name, string file)
    {
        var folder = Path.Combine(_folder.Path, $".building-{name}");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, file), "half");
        return folder;
    }
}
