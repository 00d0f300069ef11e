using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Engine.Dictionaries;
using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Tests.Storage.Folder;

/// <summary>What is said of a data folder that cannot be used, and that nothing of it is lost.</summary>
public sealed class DataFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(5, "Another program")]
    [InlineData(8, "cannot be written")]
    [InlineData(10, "free space")]
    [InlineData(11, "restore the folder from a backup")]
    [InlineData(13, "is full: free some space")]
    [InlineData(14, "cannot be written")]
    [InlineData(26, "restore the folder from a backup")]
    [InlineData(1, "cannot be used")]
    public void Describe_EachErrorOfTheDatabase_NamesARemedy(int code, string remedy)
    {
        var inner = new SqliteException("the words", code);
        Assert.All<Exception>([inner, new InvalidOperationException("outer", inner)], exception =>
        {
            var sentence = DataFault.Describe(exception, _folder.Path)!;
            Assert.Contains(remedy, sentence, StringComparison.Ordinal);
            Assert.Contains(_folder.Path, sentence, StringComparison.Ordinal);
            Assert.DoesNotContain("ove it away", sentence, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Describe_AnotherKindOfError_SaysNothing() => Assert.Null(DataFault.Describe(new InvalidDataException("a dictionary")));

    [Fact]
    public void DataFolder_PathOfAFile_SaysSo()
    {
        var file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "text");
        var message = Assert.Throws<IOException>(() => new DataFolder(file)).Message;
        Assert.All([file, "--data"], part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Equal("text", File.ReadAllText(file));
    }

    [Fact]
    public void TryOpen_LockThatIsHeld_IsNull()
    {
        using var first = LockFile.TryOpen(_folder.Path, "a.lock");
        Assert.NotNull(first);
        Assert.Null(LockFile.TryOpen(_folder.Path, "a.lock"));
    }

    [SkippableFact]
    public void Open_FullDisk_SaysThatItIsFull()
    {
        using var disk = SmallDisk.TryMount(_folder.Path, 400);
        Skip.If(disk is null, "No file system can be mounted here.");
        using (var fill = new FileStream(Path.Combine(disk.Folder, "fill"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            Assert.Throws<IOException>(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    fill.Write(new byte[1024]);
                }
            });
        }

        var data = Path.Combine(disk.Folder, "data");
        var message = Assert.ThrowsAny<Exception>(() => FeatureDatabase.Open(new DataFolder(data))).Message;
        Assert.Contains("is full: free some space", message, StringComparison.Ordinal);
    }
}
