namespace FeatureExplorer.Web.Components.Plots;

/// <summary>What the horizontal axis of a run's charts counts.</summary>
public enum RunAxis
{
    /// <summary>Steps of the training that the curve belongs to.</summary>
    Step,

    /// <summary>Tokens seen. A dictionary sees one activation vector for each token.</summary>
    Tokens,

    /// <summary>Seconds that the run had worked, pauses left out.</summary>
    Time,
}
