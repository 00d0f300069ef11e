using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Files;

namespace FeatureExplorer.Tests.Engine.Text.Files;

/// <summary>Files are found once each, and what is no file is named.</summary>
public sealed class CorpusSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void Find_FoldersThatLinkToEachOther_FindsEachFileOnceByItsOwnName()
    {
        SkipOnWindows();
        _folder.Write("in/x/a.txt", "one");
        _folder.Write("in/y/b.txt", "two");
        Directory.CreateSymbolicLink(_folder.At("in/x/to-y"), "../y");
        Directory.CreateSymbolicLink(_folder.At("in/y/to-x"), "../x");
        Directory.CreateSymbolicLink(_folder.At("in/self"), ".");
        Assert.Equal(["x/a.txt", "y/b.txt"], Names(_folder.At("in")));
    }

    [SkippableFact]
    public void Find_ManyWaysToOneFile_FindsItOnce()
    {
        SkipOnWindows();
        var file = _folder.Write("in/sub/a.txt", "one");
        File.CreateSymbolicLink(_folder.At("in/link.txt"), "sub/a.txt");
        Directory.CreateSymbolicLink(_folder.At("in/again"), "sub");
        Run("ln", file, _folder.At("in/sub/hard.txt"));
        Directory.CreateSymbolicLink(_folder.At("root"), "in");

        Assert.Equal(["sub/a.txt"], Names(_folder.At("in")));
        Assert.Equal(["a.txt"], Names(_folder.At("in/sub"), _folder.At("in"), _folder.At("root")));
        Assert.Equal(["a.txt"], Names(file, _folder.At("in/./sub/a.txt"), _folder.At("in/sub/../sub/a.txt"), _folder.At("in/link.txt"), _folder.At("in/sub/hard.txt")));
        Assert.Equal(["sub/a.txt"], Names(_folder.At("root"), _folder.At("in/sub")));
    }

    [SkippableFact]
    public void Find_LinksThatLeadNowhereOrInCircles_AreNamed()
    {
        SkipOnWindows();
        _folder.Write("in/a.txt", "one");
        File.CreateSymbolicLink(_folder.At("in/gone.txt"), "missing.txt");
        File.CreateSymbolicLink(_folder.At("in/round.txt"), "round.txt");
        Assert.Equal(["a.txt"], Names(out var problems, _folder.At("in")));
        Assert.Equal(["is a link that leads nowhere", "is a link that leads in a circle"], problems.Select(problem => problem.Message));
        Assert.All(problems, problem => Assert.True(problem.Skipped));
    }

    [SkippableFact]
    public void Find_PipesSocketsAndDevices_ArePassedOverWithoutBeingOpened()
    {
        SkipOnWindows();
        _folder.Write("in/a.txt", "one");
        Run("mkfifo", _folder.At("in/pipe.txt"));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.At("in/socket.txt")));
        File.CreateSymbolicLink(_folder.At("in/zero.txt"), "/dev/zero");

        Assert.Equal(["a.txt"], Names(out var problems, _folder.At("in")));
        Assert.Equal(["is a pipe, not a file", "is a socket, not a file", "is a device, not a file"], problems.Select(problem => problem.Message));

        var alone = Assert.Throws<InvalidDataException>(() => Names(_folder.At("in/pipe.txt")));
        Assert.Contains("is a pipe, not a file", alone.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Find_NameThatIsNoUtf8_IsNamed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "other systems refuse such a name");
        _folder.Write("in/a.txt", "one");
        Run("sh", "-c", "printf x > \"$1/$(printf 'caf\\351.txt')\"", "sh", _folder.At("in"));
        var names = Names(out var problems, _folder.At("in"));
        Run("rm", "-r", _folder.At("in")); // the framework cannot delete it either
        Assert.Equal(["a.txt"], names);
        Assert.Contains("not valid UTF-8", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void Find_FolderThatMayNotBeRead_IsNamed()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "an administrator may read everything");
        _folder.Write("in/a.txt", "one");
        _folder.Write("in/locked/b.txt", "two");
        File.SetUnixFileMode(_folder.At("in/locked"), UnixFileMode.None);
        try
        {
            Assert.Equal(["a.txt"], Names(out var problems, _folder.At("in")));
            Assert.Contains("cannot be read", Assert.Single(problems).Message, StringComparison.Ordinal);
            Assert.Contains("cannot be read", Assert.Throws<InvalidDataException>(() => Names(_folder.At("in/locked"))).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(_folder.At("in/locked"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void Find_FilesOfOtherKinds_AreCountedByKind()
    {
        foreach (var name in (string[])["a.txt", "README", "sub/LICENSE", "b.jsonl.zst", "c.parquet", "d.parquet", "e.parquet", "f.PARQUET", "g.tar.gz", ".hidden", ".git/x.txt"])
        {
            _folder.Write($"in/{name}", "x");
        }

        Assert.Equal(["a.txt"], Names(out var problems, _folder.At("in")));
        Assert.Equal(
            [
                "files of kind .parquet are not read: 4 (c.parquet, d.parquet, e.parquet, …)",
                "files of kind .tar.gz are not read: 1 (g.tar.gz)",
                "files of kind .zst are not read: 1 (b.jsonl.zst)",
                "files that are hidden (their names begin with a dot) are not read: 2 (.git, .hidden)",
                "files without an extension are not read: 2 (README, LICENSE)",
            ],
            problems.Select(problem => problem.Message));
        Assert.All(problems, problem => Assert.True(problem is { Skipped: true, Partly: true }));
    }

    [Fact]
    public void Find_MoreKindsThanAreTold_BoundsThem()
    {
        _folder.Write("in/a.txt", "x");
        for (var i = 0; i < 100; i++)
        {
            _folder.Write($"in/file.k{i}", "x");
        }

        Names(out var problems, _folder.At("in"));
        Assert.InRange(problems.Count, 2, 41);
        Assert.Contains(problems, problem => problem.Message.StartsWith("files of other kinds are not read: 6", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_File_HasItsSizeAndTime()
    {
        var file = _folder.Write("a.txt", "twelve bytes");
        File.SetLastWriteTimeUtc(file, new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(1_234_567));
        var stat = FileStat.Of(file);
        var info = new FileInfo(file);
        Assert.Equal((FileKind.File, 12L, info.LastWriteTimeUtc, false), (stat.Kind, stat.Length, stat.Modified, stat.IsLink));
        Assert.Equal(FileKind.Folder, FileStat.Of(_folder.Path).Kind);
        Assert.NotEqual(stat.Identity, FileStat.Of(_folder.Path).Identity);
    }

    [Fact]
    public void Find_Cancelled_Ends()
    {
        _folder.Write("in/a.txt", "x");
        Assert.Throws<OperationCanceledException>(() => new CorpusSearch([_folder.At("in")], new CancellationToken(canceled: true)));
    }

    private static void SkipOnWindows() => Skip.If(OperatingSystem.IsWindows(), "links need a privilege, and there are no pipes in folders");

    private static IEnumerable<string> Names(params string[] paths) => Names(out _, paths);

    private static IEnumerable<string> Names(out List<CorpusProblem> problems, params string[] paths)
    {
        var search = new CorpusSearch(paths, CancellationToken.None);
        problems = search.Problems;
        return [.. search.Files.Select(file => file.Name)];
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
