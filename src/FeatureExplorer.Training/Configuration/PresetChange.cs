namespace FeatureExplorer.Training.Configuration;

/// <summary>What filling in a preset did to one field.</summary>
/// <param name="Field">The field.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Before">What stood there.</param>
/// <param name="After">What the preset has.</param>
/// <param name="Kept">Whether what stood there stays, because a person chose it.</param>
public sealed record PresetChange(string Field, string Label, string Before, string After, bool Kept);
