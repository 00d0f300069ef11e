using System.IO.Compression;
using System.Text.Json;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Storage.Database;

namespace FeatureExplorer.Storage.Reproduction;

/// <summary>The figures of stored ablations without their examples. Those come last in the JSON and are nearly all of it, so that only its beginning is unpacked.</summary>
internal static class AblationHead
{
    private const int Bytes = 512;

    /// <summary>A report without its examples.</summary>
    /// <param name="packed">As <see cref="PackedJson"/> wrote it.</param>
    /// <exception cref="InvalidDataException">The bytes hold no report.</exception>
    public static AblationReport Read(byte[] packed)
    {
        Span<byte> head = stackalloc byte[Bytes];
        using var stream = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        head = head[..stream.ReadAtLeast(head, Bytes, throwOnEndOfStream: false)];
        // What does not begin as expected is read as a whole.
        return Parse(head) ?? PackedJson.Read(packed, StorageJson.Default.AblationReport) with { Examples = [] };
    }

    private static AblationReport? Parse(ReadOnlySpan<byte> head)
    {
        var json = new Utf8JsonReader(head, isFinalBlock: false, default);
        var report = new AblationReport(0, 0, 0, 0, null, []);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var name = json.GetString();
            if (name == Named(nameof(AblationReport.Examples)))
            {
                return report;
            }

            if (!json.Read() || json.TokenType is not (JsonTokenType.Number or JsonTokenType.Null))
            {
                return null;
            }

            report = name == Named(nameof(AblationReport.Feature)) ? report with { Feature = json.GetInt32() }
                : name == Named(nameof(AblationReport.Measured)) ? report with { Measured = json.GetInt32() }
                : name == Named(nameof(AblationReport.Effect)) ? report with { Effect = json.GetDouble() }
                : name == Named(nameof(AblationReport.Helped)) ? report with { Helped = json.GetDouble() }
                : name == Named(nameof(AblationReport.Control)) ? report with { Control = json.TokenType == JsonTokenType.Null ? null : json.GetDouble() }
                : report;
        }

        return null;
    }

    private static string Named(string property) => StorageJson.Default.Options.PropertyNamingPolicy?.ConvertName(property) ?? property;
}
