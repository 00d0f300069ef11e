namespace FeatureExplorer.Engine.Transformer;

/// <summary>May overwrite the activations of a site, [rows, n], before the rest of the model reads them.</summary>
public unsafe delegate void ActivationEdit(float* activations, int rows);
