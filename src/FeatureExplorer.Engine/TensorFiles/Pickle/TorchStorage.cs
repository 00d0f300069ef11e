namespace FeatureExplorer.Engine.TensorFiles.Pickle;

/// <summary>The elements of one or several tensors, in an entry of the zip file.</summary>
/// <param name="Type">Of the elements.</param>
/// <param name="Key">Name of the entry below "data/".</param>
/// <param name="Count">Number of elements.</param>
internal sealed record TorchStorage(ElementType Type, string Key, long Count);
