namespace FeatureExplorer.Storage.Entities;

/// <summary>What removing a feature does to the model in the feature's top examples.</summary>
internal sealed class AblationRow
{
    public long DictionaryId { get; set; }

    public DictionaryRow? Dictionary { get; set; }

    public int Index { get; set; }

    /// <summary>Mean effect on the next token's loss, nats; in a column of its own so that a whole dictionary can be summed up.</summary>
    public double Effect { get; set; }

    /// <summary>The same along the directions of random features.</summary>
    public double? Control { get; set; }

    /// <summary>The whole report, compressed JSON.</summary>
    public required byte[] Report { get; set; }
}
