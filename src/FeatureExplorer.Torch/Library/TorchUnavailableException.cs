namespace FeatureExplorer.Torch.Library;

/// <summary>libtorch or a device of it cannot be used; the message says why and what to do.</summary>
public sealed class TorchUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
