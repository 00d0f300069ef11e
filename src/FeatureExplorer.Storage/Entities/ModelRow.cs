using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Storage.Entities;

/// <summary>A trained transformer.</summary>
internal sealed class ModelRow
{
    public long Id { get; set; }

    public required string Name { get; set; }

    /// <summary>The whole <see cref="ModelInfo"/> as JSON: it is read and replaced as one.</summary>
    public required string Json { get; set; }

    public List<DictionaryRow> Dictionaries { get; } = [];
}
