using System.IO.Compression;

namespace FeatureExplorer.Engine.Exports;

/// <summary>A zip file with all files below one folder, written in one pass.</summary>
/// <param name="stream">Receives it; stays open.</param>
/// <param name="folder">Name of the folder.</param>
public sealed class ZipSink(Stream stream, string folder) : IFileSink, IDisposable
{
    private readonly ZipArchive _archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);

    public void Add(string name, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        // Weights are as good as random, and rows of numbers are not: the fastest level takes the second and costs the first little.
        using var entry = _archive.CreateEntry($"{folder}/{name}", CompressionLevel.Fastest).Open();
        write(entry);
    }

    /// <summary>Writes the directory of the archive.</summary>
    public void Dispose() => _archive.Dispose();
}
