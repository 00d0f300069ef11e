namespace FeatureExplorer.Engine.TensorFiles.Pickle;

/// <summary>A pickle is damaged, or holds what is not read; the message is the end of a sentence without its full stop.</summary>
internal sealed class PickleException(string message) : Exception(message);
