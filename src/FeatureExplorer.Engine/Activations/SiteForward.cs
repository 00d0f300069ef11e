namespace FeatureExplorer.Engine.Activations;

/// <summary>Runs a model on tokens [windows · length] and writes the activations of a site, [windows · length, n].</summary>
public unsafe delegate void SiteForward(ReadOnlySpan<int> tokens, int windows, int length, float* activations);
