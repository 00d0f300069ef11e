namespace FeatureExplorer.Engine.Transformer;

/// <summary>A parameter tensor of a transformer.</summary>
/// <param name="Name">As in the file, such as <c>h.0.mlp.c_fc.weight</c>.</param>
/// <param name="Shape">One or two dimensions; weights of linear layers are [inputs, outputs].</param>
/// <param name="Offset">First float in the common allocation, a multiple of 16.</param>
public sealed record ParameterInfo(string Name, IReadOnlyList<int> Shape, long Offset)
{
    public int Length => Shape.Aggregate(1, (product, extent) => checked(product * extent));

    /// <summary>Whether weight decay applies: matrices, the embeddings among them, but no biases and gains.</summary>
    public bool IsMatrix => Shape.Count == 2;
}
