namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>The container that tensors lie in.</summary>
public enum TensorFileFormat
{
    /// <summary>Hugging Face's safetensors.</summary>
    Safetensors,

    /// <summary>PyTorch's zip file, written since version 1.6 by <c>torch.save</c>: <c>.pt</c>, <c>.pth</c>, <c>.bin</c>.</summary>
    Torch,

    /// <summary>NumPy's zip of arrays, <c>.npz</c>.</summary>
    Npz,

    /// <summary>One NumPy array, <c>.npy</c>.</summary>
    Npy,
}
