using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>
/// The elements of a tensor in the order of their indices, wherever they lie. Elements without gaps are read once, in the order of the file, and put to their places from a buffer of a
/// megabyte, whatever their strides; only those with gaps, or that share places, take the memory between the first and the last of them.
/// </summary>
internal sealed unsafe class StridedReader
{
    private const int PieceElements = 1 << 18;
    private readonly PlacedTensor _tensor;
    private readonly int _size;
    private readonly long _start;
    private readonly byte[] _bytes;

    // Dimensions of more than one element, that of the largest stride first: number, stride in the file, stride at the destination.
    private readonly (long Extent, long Stride, long Target)[] _dimensions;

    /// <param name="tensor">The tensor.</param>
    /// <param name="shape">Its dimensions in the order that the destination has.</param>
    /// <param name="strides">Their strides.</param>
    public StridedReader(PlacedTensor tensor, IReadOnlyList<long> shape, IReadOnlyList<long> strides)
    {
        (_tensor, _size) = (tensor, ElementConversion.Bytes(tensor.Tensor.Type));
        _start = tensor.Offset;
        var targets = PlacedTensor.RowMajor(shape);
        _dimensions =
        [
            .. Enumerable.Range(0, shape.Count).Where(dimension => shape[dimension] != 1).Select(dimension => (shape[dimension], strides[dimension], targets[dimension]))
                .OrderByDescending(static dimension => dimension.Item2).ThenByDescending(static dimension => dimension.Item3),
        ];
        _bytes = new byte[(int)Math.Min(PieceElements, Math.Max(1, tensor.Tensor.Length)) * _size];
    }

    public void Read(float* destination)
    {
        if (_tensor.Tensor.Length == 0)
        {
            return;
        }

        if (!HasGaps())
        {
            ReadInOrder(destination);
            return;
        }

        var last = _dimensions.Sum(static dimension => (dimension.Extent - 1) * dimension.Stride);
        using var between = new FloatBuffer(last + 1);
        ReadPieces(last + 1, (first, count) => new Span<float>(between.Pointer + first, count), static (_, _) => { });
        Gather(between.Pointer, destination, 0);
    }

    private bool HasGaps()
    {
        var expected = 1L;
        for (var i = _dimensions.Length - 1; i >= 0; i--)
        {
            if (_dimensions[i].Stride != expected)
            {
                return true;
            }

            expected *= _dimensions[i].Extent;
        }

        return false;
    }

    private void ReadInOrder(float* destination)
    {
        var inPlace = _dimensions.All(static dimension => dimension.Stride == dimension.Target);
        if (inPlace)
        {
            ReadPieces(_tensor.Tensor.Length, (first, count) => new Span<float>(destination + first, count), static (_, _) => { });
            return;
        }

        var piece = new float[_bytes.Length / _size];
        ReadPieces(_tensor.Tensor.Length, (_, count) => piece.AsSpan(0, count), (first, count) => Scatter(piece.AsSpan(0, count), first, destination));
    }

    private delegate Span<float> Place(long first, int count);

    /// <summary>Goes through elements as they lie in the file, from the tensor's first on; whole rows of the innermost dimension where they fit, for <see cref="Scatter"/>.</summary>
    private void ReadPieces(long elements, Place place, Action<long, int> done)
    {
        var most = _bytes.Length / _size;
        var row = _dimensions.Length > 0 && _dimensions[^1].Extent is var extent && extent < most ? (int)extent : 1;
        most = most / row * row;
        for (var first = 0L; first < elements;)
        {
            var count = (int)Math.Min(most, elements - first);
            var bytes = _bytes.AsSpan(0, count * _size);
            _tensor.Bytes.Read(_start + (first * _size), bytes);
            ElementConversion.ToSingle(bytes, _tensor.Tensor.Type, _tensor.BigEndian, place(first, count));
            done(first, count);
            first += count;
        }
    }

    /// <summary>Puts elements that follow each other in the file to their places: column by column, so that what is written lies together.</summary>
    private void Scatter(ReadOnlySpan<float> values, long first, float* destination)
    {
        var inner = _dimensions[^1];
        var firstInner = first % inner.Extent;
        var columns = (int)Math.Min(inner.Extent - firstInner, values.Length);
        var rows = columns == inner.Extent ? values.Length / columns : 1;
        var targets = new long[rows];
        for (var row = 0; row < rows; row++)
        {
            targets[row] = TargetOf((first / inner.Extent) + row) + (firstInner * inner.Target);
        }

        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                destination[targets[row] + (column * inner.Target)] = values[(row * columns) + column];
            }
        }

        // A row that is longer than the buffer ends in its middle, and the next begins there.
        if (rows * columns < values.Length)
        {
            Scatter(values[(rows * columns)..], first + (rows * columns), destination);
        }
    }

    /// <summary>Where a row of the innermost dimension begins at the destination.</summary>
    private long TargetOf(long row)
    {
        var target = 0L;
        for (var i = _dimensions.Length - 2; i >= 0; i--)
        {
            (row, var index) = Math.DivRem(row, _dimensions[i].Extent);
            target += index * _dimensions[i].Target;
        }

        return target;
    }

    private void Gather(float* source, float* destination, int dimension)
    {
        if (dimension == _dimensions.Length)
        {
            *destination = *source;
            return;
        }

        var (extent, stride, target) = _dimensions[dimension];
        for (var i = 0L; i < extent; i++)
        {
            Gather(source + (i * stride), destination + (i * target), dimension + 1);
        }
    }
}
