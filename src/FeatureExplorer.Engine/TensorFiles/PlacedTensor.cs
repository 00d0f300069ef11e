namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>A tensor and where its elements lie. Several may share a region.</summary>
/// <param name="Tensor">Name, type, shape.</param>
/// <param name="Bytes">Where its elements are.</param>
/// <param name="Offset">First byte of element [0, 0, ...] in the region.</param>
/// <param name="Strides">Elements between neighbours of each dimension, at least 0.</param>
internal sealed record PlacedTensor(StoredTensor Tensor, ByteRegion Bytes, long Offset, IReadOnlyList<long> Strides)
{
    /// <summary>Whether the first byte of an element is its highest.</summary>
    public bool BigEndian { get; init; }

    /// <summary>Whether its elements lie in the order of their indices, without gaps.</summary>
    public bool IsRowMajor
    {
        get
        {
            var expected = 1L;
            for (var dimension = Strides.Count - 1; dimension >= 0; dimension--)
            {
                if (Tensor.Shape[dimension] != 1 && Strides[dimension] != expected)
                {
                    return false;
                }

                expected *= Tensor.Shape[dimension];
            }

            return true;
        }
    }

    /// <summary>The same elements without dimensions of one element before the last ones.</summary>
    /// <param name="dimensions">How many to keep at least.</param>
    public PlacedTensor WithoutLeadingOnes(int dimensions)
    {
        var ones = Tensor.Shape.Take(Math.Max(0, Tensor.Shape.Count - dimensions)).TakeWhile(static extent => extent == 1).Count();
        return ones == 0 ? this : this with { Tensor = Tensor with { Shape = [.. Tensor.Shape.Skip(ones)] }, Strides = [.. Strides.Skip(ones)] };
    }

    /// <summary>Strides of elements in the order of their indices.</summary>
    public static long[] RowMajor(IReadOnlyList<long> shape)
    {
        var strides = new long[shape.Count];
        var next = 1L;
        for (var dimension = shape.Count - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = next;
            next = checked(next * Math.Max(1, shape[dimension]));
        }

        return strides;
    }
}
