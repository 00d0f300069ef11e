using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Exports;

namespace FeatureExplorer.Tests.Web.Exports;

/// <summary>Keeps the files of an export, and does not let them seek.</summary>
internal sealed class MemorySink : IFileSink
{
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public void Add(string name, Action<Stream> write)
    {
        using var bytes = new MemoryStream();
        using (var forward = new BufferedStream(new GZipStream(bytes, CompressionLevel.NoCompression, leaveOpen: true)))
        {
            write(forward);
        }

        Files.Add(name, Unpacked(bytes.ToArray()));
    }

    public string Text(string name) => Encoding.UTF8.GetString(Files[name]);

    public JsonNode Json(string name) => JsonNode.Parse(Files[name])!;

    public JsonNode[] Lines(string name) =>
        [.. Encoding.UTF8.GetString(name.EndsWith(".gz", StringComparison.Ordinal) ? Unpacked(Files[name]) : Files[name]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];

    public static byte[] Unpacked(byte[] bytes)
    {
        using var stream = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
