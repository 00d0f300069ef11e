using FeatureExplorer.Storage.Corpora;

namespace FeatureExplorer.Storage.Entities;

/// <summary>A text collection that somebody has added.</summary>
internal sealed class CorpusRow
{
    public long Id { get; set; }

    public required string Name { get; set; }

    /// <summary>The <see cref="CorpusInfo"/> as JSON.</summary>
    public required string Json { get; set; }
}
