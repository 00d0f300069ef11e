using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Storage.Entities;

/// <summary>A dictionary of a model; pages see it once it is ready.</summary>
internal sealed class DictionaryRow
{
    public long Id { get; set; }

    public long ModelId { get; set; }

    public ModelRow? Model { get; set; }

    public required string Name { get; set; }

    public DictionaryStatus Status { get; set; }

    /// <summary>The whole <see cref="DictionaryInfo"/> as JSON; empty while the features are being imported.</summary>
    public required string Json { get; set; }

    public List<FeatureRow> Features { get; } = [];
}
