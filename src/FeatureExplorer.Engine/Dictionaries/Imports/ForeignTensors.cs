using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>What readers of several formats ask of tensors, and how they refuse.</summary>
internal static class ForeignTensors
{
    private const int LargestSide = 1 << 24;

    /// <summary>Length of a tensor of one dimension; dimensions of one element before it do not count.</summary>
    /// <exception cref="InvalidDataException">Absent, or of another shape.</exception>
    public static int Length(TensorFile file, string name)
    {
        var info = file.Info(name);
        return info.Shape.Count > 0 && info.Length == info.Shape[^1] && info.Length is >= 1 and <= LargestSide
            ? (int)info.Length
            : throw new InvalidDataException($"{file.FilePath}: tensor {name} has the shape {info.ShapeText} where one number for each {(info.Shape.Count == 0 ? "feature or input" : "of at most 16,777,216 features or inputs")} is needed.");
    }

    /// <summary>A tensor [m].</summary>
    public static float[] Vector(TensorFile file, string name, int length)
    {
        var info = file.Info(name);
        return info.Has(length) || info.Has(1, length)
            ? file.ReadArray(name)
            : throw new InvalidDataException($"{file.FilePath}: tensor {name} has the shape {info.ShapeText} where [{length}] is needed.");
    }

    /// <summary>W_skip.</summary>
    /// <exception cref="InvalidDataException">Absent, or of another shape.</exception>
    public static ForeignMatrix Skip(TensorFile file, string name, int inputs, int outputs, bool outputsFirst)
    {
        var info = file.Info(name);
        return (outputsFirst ? info.Has(outputs, inputs) : info.Has(inputs, outputs))
            ? new ForeignMatrix(name, outputsFirst)
            : throw new InvalidDataException(
                $"{file.FilePath}: tensor {name} has the shape {info.ShapeText}; from {inputs} inputs to {outputs} outputs it is [{(outputsFirst ? $"{outputs}, {inputs}" : $"{inputs}, {outputs}")}]. Save it so.");
    }

    /// <summary>Says where the type of the weights is another than their configuration's: that of the weights counts.</summary>
    public static void CompareTypes(ForeignSource source, string encoder, string? configured, string configuration)
    {
        var type = source.Weights.Info(encoder).Type;
        ElementType? claimed = configured?.Replace("torch.", string.Empty, StringComparison.Ordinal).ToLowerInvariant() switch
        {
            "float32" or "float" => ElementType.F32,
            "float16" or "half" => ElementType.F16,
            "bfloat16" => ElementType.BF16,
            "float64" or "double" => ElementType.F64,
            _ => null,
        };
        if (claimed is not null && claimed != type)
        {
            source.Notes.Add($"{configuration} says {configured}, the weights are {type}: the weights are taken as they are, and computed with in single precision.");
        }
        else if (type != ElementType.F32)
        {
            source.Notes.Add($"The weights are {type}; they are computed with in single precision.");
        }
    }

    /// <summary>Refuses tensors that are not known: they may change what the others mean.</summary>
    public static void DemandKnown(ForeignSource source, string kind, params ReadOnlySpan<string?> known)
    {
        foreach (var tensor in source.Weights.Tensors)
        {
            if (!known.Contains(tensor.Name))
            {
                throw new InvalidDataException(
                    $"{source.Weights.FilePath}: tensor {tensor.Name} {tensor.ShapeText} is no part of a dictionary of the kind {kind}, and it may change what the others mean. Fold it into the weights, and save them without it.");
            }
        }
    }

    /// <summary>A transcoder that is not read.</summary>
    public static InvalidDataException OtherTranscoder(string path, string why) => new(
        $"{path} is a transcoder of a kind that is not read: {why}. A transcoder here reads {string.Join(", ", Transformer.Site.TranscoderKindNames)} of one layer and writes its mlp.out; import one that does.");

    /// <summary>A normalisation by what a whole batch has.</summary>
    public static InvalidDataException WholeBatch(string path, string what) => new($"{path}: {what}, which depends on the other tokens of a batch, so that no token has an activation of its own. Import one without it, with one factor for all tokens, or with a factor for each.");
}
