namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>Reads the dictionaries of one tool, or of one release.</summary>
internal interface IDictionaryFormat
{
    /// <summary>Whose layout it is.</summary>
    string Name { get; }

    /// <summary>What the files hold; null where they are not of this format. Tensors' names and shapes decide, then the names of configurations; never the names of the weights' files.</summary>
    /// <param name="source">The files; what is assumed goes to its notes.</param>
    /// <param name="options">What the import was told.</param>
    /// <exception cref="InvalidDataException">They are of this format, and damaged or of a kind that is not supported.</exception>
    ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options);
}
