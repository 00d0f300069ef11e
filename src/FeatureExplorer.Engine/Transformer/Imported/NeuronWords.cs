using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>The names that configurations give to the functions of neurons.</summary>
internal static class NeuronWords
{
    private static readonly Dictionary<string, NeuronKind> Kinds = new(StringComparer.Ordinal)
    {
        ["relu"] = NeuronKind.Relu,
        ["gelu"] = NeuronKind.Gelu,
        ["gelu_new"] = NeuronKind.GeluTanh,
        ["gelu_pytorch_tanh"] = NeuronKind.GeluTanh,
        ["gelu_fast"] = NeuronKind.GeluTanh,
        ["silu"] = NeuronKind.Silu,
        ["swish"] = NeuronKind.Silu,
    };

    /// <exception cref="InvalidDataException">There is no such function here.</exception>
    public static NeuronKind Read(ForeignJson json, string field, string usual)
    {
        var name = json.Text(field) ?? usual;
        return Kinds.TryGetValue(name, out var kind)
            ? kind
            : throw new InvalidDataException($"{json.FilePath}: {field} is {name}; only {string.Join(", ", Kinds.Keys)} can be computed here.");
    }
}
