using System.Globalization;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Engine.Checkpoints;

public sealed class MappedFileTests : IDisposable
{
    private const int Size = 4 << 20;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void ForgetAll_FileReadWhole_LeavesMemoryAndReadsTheSame()
    {
        var path = Write("whole");
        using var file = new MappedFile(path);
        var before = Sum(file);
        if (OperatingSystem.IsLinux())
        {
            Assert.True(ResidentBytes(path) >= Size);
        }

        MappedFile.ForgetAll();

        if (OperatingSystem.IsLinux())
        {
            // Other tests' threads never read this file.
            Assert.Equal(0, ResidentBytes(path));
        }

        Assert.Equal(before, Sum(file));
    }

    [Fact]
    public async Task ForgetAll_WhileFilesAreOpenedReadAndDisposed_ReadsTheSame()
    {
        var path = Write("shared");
        long expected;
        using (var file = new MappedFile(path))
        {
            expected = Sum(file);
        }

        using var done = new CancellationTokenSource();
        var forgetting = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                MappedFile.ForgetAll();
            }
        });
        Parallel.For(0, 200, _ =>
        {
            using var file = new MappedFile(path);
            Assert.Equal(expected, Sum(file));

            // Memory that may get the addresses of a file just closed must not lose its contents.
            var other = new byte[Size];
            Array.Fill(other, (byte)7);
            Assert.Equal(-1, other.AsSpan().IndexOfAnyExcept((byte)7));
        });
        await done.CancelAsync();
        await forgetting;
    }

    [Fact]
    public void ForgetAll_AfterDispose_LetsTheFileGo()
    {
        var path = Write("closed");
        var file = new MappedFile(path);
        _ = Sum(file);
        file.Dispose();
        MappedFile.ForgetAll();
        Assert.Throws<ObjectDisposedException>(() => file.Items<byte>(0, 1).Length);
    }

    [Fact]
    public void Read_AnyPart_IsWhatIsMapped()
    {
        using var file = new MappedFile(Write("read"));
        var items = new int[1000];
        foreach (var offset in (long[])[0, 4, 12345, Size - 4000])
        {
            file.Read(offset, items.AsSpan());
            Assert.True(file.Items<int>(offset, items.Length).SequenceEqual(items));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(Size - 3999, items.AsSpan()));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(-4, items.AsSpan()));
    }

    [Fact]
    public void Read_WholeFile_LeavesNothingInMemory()
    {
        var path = Write("copied");
        using var file = new MappedFile(path);
        file.Read(0, new byte[Size].AsSpan());
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, ResidentBytes(path));
        }
    }

    [Fact]
    public void Read_FileCutOffSince_SaysWhere()
    {
        var path = Path.Combine(_folder.Path, "cut");
        File.WriteAllBytes(path, new byte[8192]);
        using var file = new MappedFile(path);
        if (OperatingSystem.IsWindows())
        {
            return; // nobody can cut it off while it is open
        }

        using (var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.SetLength(4096);
        }

        var error = Assert.Throws<EndOfStreamException>(() => file.Read(0, new byte[8192].AsSpan()));
        Assert.Contains("4096", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string name)
    {
        var path = Path.Combine(_folder.Path, name);
        var bytes = new byte[Size];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static long Sum(MappedFile file)
    {
        var sum = 0L;
        foreach (var value in file.Items<int>(0, Size / sizeof(int)))
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>What of a file is in this process's memory, as the system counts it.</summary>
    private static long ResidentBytes(string path)
    {
        var lines = File.ReadAllLines("/proc/self/smaps");
        var at = Array.FindIndex(lines, line => line.EndsWith(path, StringComparison.Ordinal));
        Assert.True(at >= 0, $"{path} is not mapped");
        var resident = lines.Skip(at).First(line => line.StartsWith("Rss:", StringComparison.Ordinal));
        return 1024 * long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
