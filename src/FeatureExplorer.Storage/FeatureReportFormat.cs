using System.IO.Compression;
using System.Text.Json;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Storage;

/// <summary>How a feature's report lies in the database: UTF-8 JSON, compressed.</summary>
public static class FeatureReportFormat
{
    /// <summary>Compresses a report; about a fifth of its JSON.</summary>
    public static byte[] Pack(FeatureReport report)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            JsonSerializer.Serialize(stream, report, StorageJson.Default.FeatureReport);
        }

        return packed.ToArray();
    }

    /// <summary>The report that <see cref="Pack"/> compressed.</summary>
    /// <exception cref="InvalidDataException">The bytes hold no report.</exception>
    public static FeatureReport Unpack(byte[] packed)
    {
        using var stream = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        return JsonSerializer.Deserialize(stream, StorageJson.Default.FeatureReport)
            ?? throw new InvalidDataException("A stored feature report is empty: run the analysis of this dictionary again.");
    }
}
