namespace FeatureExplorer.Engine.Activations;

/// <summary>Where a dictionary's training data comes from. Dictionaries know nothing of models: a source may as well be synthetic.</summary>
public unsafe interface IActivationSource
{
    /// <summary>n: width of a vector.</summary>
    int Inputs { get; }

    /// <summary>Fills <paramref name="rows"/> rows of x [rows, n] with vectors in random order, never twice in a pass over the data.</summary>
    void Read(float* x, int rows);
}
