namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>What an import may be told that the files do not say.</summary>
public sealed record DictionaryImportOptions
{
    /// <summary>
    /// Whether decoder rows keep their lengths. Otherwise, each is made 1 and its length goes to the encoder, so that an activation is the length of what its feature adds to x̂; a dictionary whose
    /// k largest pre-activations are chosen without regard to the lengths keeps them in any case.
    /// </summary>
    public bool KeepsNorms { get; init; }

    /// <summary>What activations were multiplied by in training, where the files say that they were and not by how much.</summary>
    public float? Scale { get; init; }
}
