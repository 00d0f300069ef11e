namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="DataType">F32, F16, BF16, F64, I64, ...</param>
/// <param name="Shape">Dimensions, the outermost first; empty for a scalar.</param>
/// <param name="Begin">First byte, relative to the data section.</param>
/// <param name="End">One past the last byte.</param>
public sealed record TensorInfo(string Name, string DataType, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Number of elements.</summary>
    public long Length => Shape.Aggregate(1L, (product, extent) => checked(product * extent));

    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>The indices of an element, the outermost first.</summary>
    /// <param name="element">Its place in the row-major order.</param>
    public IReadOnlyList<long> Place(long element)
    {
        var place = new long[Shape.Count];
        for (var dimension = Shape.Count - 1; dimension >= 0; dimension--)
        {
            (element, place[dimension]) = Math.DivRem(element, Shape[dimension]);
        }

        return place;
    }

    /// <summary>Bytes of one element, or 0 for a type that the format does not know.</summary>
    internal int ElementBytes => DataType switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" => 1,
        _ => 0,
    };
}
