namespace FeatureExplorer.Engine.Dictionaries.Planted;

/// <summary>What a dictionary makes of a planted feature.</summary>
public enum PlantedOutcome
{
    /// <summary>Exactly one feature points where it does.</summary>
    Matched,

    /// <summary>Several features point where it does.</summary>
    Split,

    /// <summary>No feature points where it does; its nearest one lies between it and other planted features.</summary>
    Merged,

    /// <summary>No feature stands for it.</summary>
    Missed,
}
