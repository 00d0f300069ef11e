namespace FeatureExplorer.Engine.TensorFiles.Pickle;

/// <summary>A name of Python's that a pickle refers to, "torch._utils _rebuild_tensor_v2". It stays a name: nothing is imported or called.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}
