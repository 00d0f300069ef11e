namespace FeatureExplorer.Storage.Entities;

/// <summary>How far holding a feature at one strength moves generated text into the feature's own context.</summary>
internal sealed class SteeringRow
{
    public long DictionaryId { get; set; }

    public DictionaryRow? Dictionary { get; set; }

    public int Index { get; set; }

    public required string Context { get; set; }

    public double Strength { get; set; }

    public double Base { get; set; }

    public double Steered { get; set; }

    public double BaseLoss { get; set; }

    public double SteeredLoss { get; set; }

    /// <summary>Steered − base; in a column of its own so that lists can be sorted by it.</summary>
    public double Moved { get; set; }
}
