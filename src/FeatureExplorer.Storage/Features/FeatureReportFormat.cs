using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;

namespace FeatureExplorer.Storage.Features;

/// <summary>How a feature's report lies in the database: UTF-8 JSON, compressed.</summary>
public static class FeatureReportFormat
{
    /// <summary>Compresses a report; about a fifth of its JSON.</summary>
    public static byte[] Pack(FeatureReport report) => PackedJson.Write(report, StorageJson.Default.FeatureReport);

    /// <summary>The report that <see cref="Pack"/> compressed.</summary>
    /// <exception cref="InvalidDataException">The bytes hold no report.</exception>
    public static FeatureReport Unpack(byte[] packed) => PackedJson.Read(packed, StorageJson.Default.FeatureReport);
}
