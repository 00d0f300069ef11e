namespace FeatureExplorer.Web.Systems;

/// <summary>What the colour of a point of a map says.</summary>
public enum MapColour
{
    /// <summary>Its cluster.</summary>
    Cluster,

    /// <summary>The feature's density.</summary>
    Density,

    /// <summary>The context that the feature follows most closely.</summary>
    Context,

    /// <summary>How closely: the correlation.</summary>
    Score,

    /// <summary>The feature of the next smaller dictionary that it splits off from.</summary>
    Parent,
}
