namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>A tensor of a file.</summary>
/// <param name="Name">As in the file; in a file of nested dictionaries their keys joined by full stops; "array" in an <c>.npy</c> file.</param>
/// <param name="Type">Of one element.</param>
/// <param name="Shape">Dimensions, the outermost first; empty for a scalar.</param>
public sealed record StoredTensor(string Name, ElementType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements.</summary>
    public long Length => Shape.Aggregate(1L, static (product, extent) => checked(product * extent));

    /// <summary>"[512, 4096]".</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>Whether its elements are floating-point numbers.</summary>
    public bool IsFloating => Type is ElementType.F32 or ElementType.F16 or ElementType.BF16 or ElementType.F64;

    /// <summary>Whether it has exactly this shape.</summary>
    public bool Has(params ReadOnlySpan<long> shape) => shape.SequenceEqual(Shape as long[] ?? [.. Shape]);

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
}
