using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Storage.Entities;

/// <summary>The report behind a feature page, apart from the row that lists read.</summary>
internal sealed class FeatureDetailRow
{
    public long DictionaryId { get; set; }

    public int Index { get; set; }

    public FeatureRow? Feature { get; set; }

    /// <summary>The feature's report: UTF-8 JSON, compressed (<see cref="FeatureReportFormat"/>).</summary>
    public required byte[] Report { get; set; }
}
