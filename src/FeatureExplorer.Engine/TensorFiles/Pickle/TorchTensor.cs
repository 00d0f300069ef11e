namespace FeatureExplorer.Engine.TensorFiles.Pickle;

/// <summary>A view of a storage.</summary>
/// <param name="Storage">Its elements.</param>
/// <param name="Offset">Of its first element in the storage.</param>
/// <param name="Shape">Dimensions, the outermost first.</param>
/// <param name="Strides">Elements between neighbours of each dimension.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
