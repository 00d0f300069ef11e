using System.Runtime.Versioning;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Tests.Storage.Folder;

public sealed class DataFolderTests
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void DataFolder_New_IsForItsOwnerAlone()
    {
        Skip.If(OperatingSystem.IsWindows());
        using var folder = new TemporaryFolder();
        var data = new DataFolder(Path.Combine(folder.Path, "above", "data"));
        Assert.Equal(OwnerAlone, File.GetUnixFileMode(data.Root));
        Assert.Null(data.Exposure());
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void DataFolder_OpenToOthers_KeepsItsModeAndIsTold()
    {
        Skip.If(OperatingSystem.IsWindows());
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "data");
        Directory.CreateDirectory(path);
        const UnixFileMode open = OwnerAlone | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        File.SetUnixFileMode(path, open);
        var data = new DataFolder(path);
        Assert.Equal(open, File.GetUnixFileMode(path));
        Assert.Contains($"chmod 700 '{path}'", data.Exposure(), StringComparison.Ordinal);
        Assert.Contains("mode 750", data.Exposure(), StringComparison.Ordinal);
    }
}
