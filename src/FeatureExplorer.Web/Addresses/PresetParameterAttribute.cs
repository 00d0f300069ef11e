using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Web.Addresses;

/// <summary>The name of a run's preset.</summary>
public sealed class PresetParameterAttribute(string name) : WordsParameterAttribute(name, [.. RunPreset.All.Select(static p => p.Preset)]);
