namespace FeatureExplorer.Engine.Transformer;

/// <summary>May overwrite the activations of the site <c>mlp.post</c>, [rows, dMlp], before the rest of the model reads them.</summary>
public unsafe delegate void ActivationEdit(float* mlpPost, int rows);
