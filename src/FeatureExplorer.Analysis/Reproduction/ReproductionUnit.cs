namespace FeatureExplorer.Analysis.Reproduction;

/// <summary>What kind of number a row of the report holds.</summary>
public enum ReproductionUnit
{
    Number,

    /// <summary>0 to 1, shown as a percentage.</summary>
    Share,

    Correlation,

    /// <summary>Nats per token.</summary>
    Nats,
}
