using System.Globalization;
using System.Numerics.Tensors;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>Values of tensors.</summary>
public sealed unsafe partial class TensorFile
{
    private const int Piece = 1 << 18;

    /// <summary>Reads a whole tensor of floating-point numbers.</summary>
    /// <param name="name">Of the tensor.</param>
    /// <param name="destination">Room for as many floats as the shape has elements.</param>
    /// <param name="shape">What it must have; dimensions of one element before it do not count.</param>
    /// <exception cref="InvalidDataException">Absent, of another shape, no floating-point numbers, or some are NaN or infinite; the message names the tensor, their number and the first place.</exception>
    public void Read(string name, float* destination, params long[] shape)
    {
        var tensor = Demand(name, shape);
        new StridedReader(tensor, tensor.Tensor.Shape, tensor.Strides).Read(destination);
        Finish(tensor, destination, turned: false);
    }

    /// <summary>Reads a matrix turned about its diagonal, without a copy of it: element [i, j] of the file goes to row j, column i.</summary>
    /// <param name="name">Of the tensor.</param>
    /// <param name="destination">Room for rows · columns floats.</param>
    /// <param name="rows">At the destination: the tensor has the shape [columns, rows].</param>
    /// <param name="columns">At the destination.</param>
    /// <exception cref="InvalidDataException">As there.</exception>
    public void ReadTransposed(string name, float* destination, long rows, long columns)
    {
        var tensor = Demand(name, columns, rows);
        new StridedReader(tensor, [rows, columns], [tensor.Strides[1], tensor.Strides[0]]).Read(destination);
        Finish(tensor, destination, turned: true);
    }

    /// <summary>Reads a whole tensor of floating-point numbers, whatever its shape (see <see cref="Info"/>).</summary>
    /// <exception cref="InvalidDataException">Absent, no floating-point numbers, too large for one array, or some are NaN or infinite.</exception>
    public float[] ReadArray(string name)
    {
        var info = Info(name);
        var values = info.Length <= Array.MaxLength ? new float[info.Length] : throw new InvalidDataException($"{FilePath}: tensor {name} {info.ShapeText} is too large for what it is needed for.");
        fixed (float* destination = values)
        {
            Read(name, destination, [.. info.Shape]);
        }

        return values;
    }

    /// <summary>Reads the only element of a tensor, of any type.</summary>
    /// <exception cref="InvalidDataException">Absent, of more than one element, or NaN or infinite.</exception>
    public float ReadScalar(string name)
    {
        var tensor = Placed(name);
        if (tensor.Tensor.Length != 1)
        {
            throw new InvalidDataException($"{FilePath}: tensor {name} has the shape {tensor.Tensor.ShapeText} where one number is needed.");
        }

        float value;
        new StridedReader(tensor, tensor.Tensor.Shape, tensor.Strides).Read(&value);
        Finish(tensor, &value, turned: false);
        return value;
    }

    /// <summary>Reads a whole tensor of whole numbers, or of true and false (1 and 0).</summary>
    /// <exception cref="InvalidDataException">Absent, of another type, or not in the order of its indices.</exception>
    public long[] ReadIntegers(string name)
    {
        var tensor = Placed(name);
        if (tensor.Tensor.IsFloating || !tensor.IsRowMajor)
        {
            throw new InvalidDataException($"{FilePath}: tensor {name} is of type {tensor.Tensor.Type}{(tensor.IsRowMajor ? string.Empty : " and turned about")}; whole numbers in their order are needed.");
        }

        var values = new long[tensor.Tensor.Length];
        var bytes = new byte[checked(values.Length * ElementConversion.Bytes(tensor.Tensor.Type))];
        tensor.Bytes.Read(tensor.Offset, bytes);
        try
        {
            ElementConversion.ToInt64(bytes, tensor.Tensor.Type, tensor.BigEndian, values);
        }
        catch (OverflowException exception)
        {
            throw new InvalidDataException($"{FilePath}: tensor {name} holds a number above {long.MaxValue}.", exception);
        }

        tensor.Bytes.Release();
        return values;
    }

    /// <summary>
    /// Reads a part of a tensor of floating-point numbers, in the order of its indices. The parts of one that lies in that order in the file are read from there; another is refused, as
    /// <see cref="Read"/> gives it at once.
    /// </summary>
    /// <param name="name">Of the tensor.</param>
    /// <param name="first">Place of the first element in that order.</param>
    /// <param name="destination">As many as are wanted.</param>
    /// <exception cref="InvalidDataException">Absent, no floating-point numbers, not in order, or some are NaN or infinite.</exception>
    public void ReadPart(string name, long first, Span<float> destination)
    {
        var tensor = Placed(name);
        DemandFloating(tensor.Tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + destination.Length, tensor.Tensor.Length);
        if (!tensor.IsRowMajor)
        {
            throw new InvalidDataException($"{FilePath}: tensor {name} does not lie in the order of its indices, so it is read as a whole.");
        }

        var size = ElementConversion.Bytes(tensor.Tensor.Type);
        var buffer = new byte[Math.Min(Piece, destination.Length) * size];
        for (var done = 0; done < destination.Length;)
        {
            var count = Math.Min(Piece, destination.Length - done);
            var bytes = buffer.AsSpan(0, count * size);
            tensor.Bytes.Read(tensor.Offset + ((first + done) * size), bytes);
            ElementConversion.ToSingle(bytes, tensor.Tensor.Type, tensor.BigEndian, destination.Slice(done, count));
            done += count;
        }

        fixed (float* values = destination)
        {
            CheckFinite(tensor.Tensor, values, destination.Length, place => tensor.Tensor.Place(first + place));
        }
    }

    private PlacedTensor Demand(string name, params long[] shape)
    {
        var tensor = Placed(name);
        DemandFloating(tensor.Tensor);
        return tensor.WithoutLeadingOnes(shape.Length) is var bare && bare.Tensor.Has(shape)
            ? bare
            : throw new InvalidDataException($"{FilePath}: tensor {name} has the shape {tensor.Tensor.ShapeText} where [{string.Join(", ", shape)}] is needed.");
    }

    private void DemandFloating(StoredTensor tensor)
    {
        if (!tensor.IsFloating)
        {
            throw new InvalidDataException($"{FilePath}: tensor {tensor.Name} is of type {tensor.Type}; F32, F16, BF16 or F64 is needed.");
        }
    }

    private void Finish(PlacedTensor placed, float* values, bool turned)
    {
        placed.Bytes.Release();
        var tensor = placed.Tensor;
        if (!turned)
        {
            CheckFinite(tensor, values, tensor.Length, tensor.Place);
            return;
        }

        // The columns of the file are the rows of what was read.
        var rows = tensor.Shape[0];
        CheckFinite(tensor, values, tensor.Length, place => [place % rows, place / rows]);
    }

    /// <summary>One value that is no number makes every figure that it enters none: they are refused here, where their places are still known.</summary>
    private void CheckFinite(StoredTensor tensor, float* values, long length, Func<long, IReadOnlyList<long>> placeOf)
    {
        var (count, first) = (0L, -1L);
        for (var start = 0L; start < length; start += Piece)
        {
            var piece = new ReadOnlySpan<float>(values + start, (int)Math.Min(Piece, length - start));
            if (float.IsFinite(TensorPrimitives.MaxMagnitude(piece)))
            {
                continue;
            }

            for (var i = 0; i < piece.Length; i++)
            {
                if (!float.IsFinite(piece[i]))
                {
                    (count, first) = (count + 1, first < 0 ? start + i : first);
                }
            }
        }

        if (count > 0)
        {
            var kind = float.IsNaN(values[first]) ? "NaN" : "infinity, or beyond single precision";
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{FilePath}: tensor {tensor.Name} holds {count:N0} {(count == 1 ? "value" : "values")} of {tensor.Length:N0} that {(count == 1 ? "is no number" : "are no numbers")}, the first at [{string.Join(", ", placeOf(first))}]: {kind}. The file is damaged, or its values do not fit {tensor.Type}: get it again, or save it as float32."));
        }
    }
}
