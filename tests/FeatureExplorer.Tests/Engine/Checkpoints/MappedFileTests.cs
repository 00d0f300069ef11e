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
