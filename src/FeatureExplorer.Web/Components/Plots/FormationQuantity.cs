namespace FeatureExplorer.Web.Components.Plots;

/// <summary>What is drawn of a feature while it forms.</summary>
public enum FormationQuantity
{
    /// <summary>Share of the indexed tokens on which it fires.</summary>
    Density,

    /// <summary>Correlation with its best context.</summary>
    Score,

    /// <summary>Cosine of its direction with its latest direction.</summary>
    Cosine,
}
