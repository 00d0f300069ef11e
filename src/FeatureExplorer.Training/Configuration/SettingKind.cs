namespace FeatureExplorer.Training.Configuration;

/// <summary>What a setting's field takes.</summary>
public enum SettingKind
{
    Text,
    WholeNumber,
    Number,

    /// <summary>Whole numbers, separated by commas or spaces; each makes a dictionary.</summary>
    WholeNumbers,

    /// <summary>Numbers, separated by commas or spaces; each makes a dictionary.</summary>
    Numbers,
}
