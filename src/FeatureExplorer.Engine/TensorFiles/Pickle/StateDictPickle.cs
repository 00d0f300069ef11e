using System.Buffers.Binary;
using System.Text;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.TensorFiles.Pickle;

/// <summary>Writes the pickle (protocol 2) of a dictionary of tensors as <c>torch.save(module.state_dict(), file)</c> does: storage i holds the elements of tensor i, row-major.</summary>
internal static class StateDictPickle
{
    public static byte[] Write(IReadOnlyList<NamedTensor> tensors)
    {
        using var stream = new MemoryStream();
        stream.Write([0x80, 2]);
        EmptyDictionary(stream);
        stream.WriteByte((byte)'(');
        for (var i = 0; i < tensors.Count; i++)
        {
            Text(stream, tensors[i].Name);
            Tensor(stream, tensors[i], i);
        }

        stream.Write("u."u8); // sets the pairs, ends
        return stream.ToArray();
    }

    private static void Tensor(MemoryStream stream, NamedTensor tensor, int storage)
    {
        Global(stream, "torch._utils", "_rebuild_tensor_v2");
        stream.Write("(("u8);
        Text(stream, "storage");
        Global(stream, "torch", tensor.DataType switch { "I64" => "LongStorage", "I32" => "IntStorage", _ => "FloatStorage" });
        Text(stream, FormattableString.Invariant($"{storage}"));
        Text(stream, "cpu");
        Number(stream, tensor.Length);
        stream.Write("tQ"u8); // a tuple, and the storage that it names
        Number(stream, 0);
        Tuple(stream, tensor.Shape);
        Tuple(stream, Strides(tensor.Shape));
        stream.WriteByte(0x89); // false: needs no gradient
        EmptyDictionary(stream);
        stream.Write("tR"u8); // a tuple of arguments, and the call
    }

    private static long[] Strides(IReadOnlyList<long> shape)
    {
        var strides = new long[shape.Count];
        long stride = 1;
        for (var i = shape.Count - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        return strides;
    }

    private static void EmptyDictionary(MemoryStream stream)
    {
        Global(stream, "collections", "OrderedDict");
        stream.Write(")R"u8);
    }

    private static void Tuple(MemoryStream stream, IReadOnlyList<long> values)
    {
        stream.WriteByte((byte)'(');
        foreach (var value in values)
        {
            Number(stream, value);
        }

        stream.WriteByte((byte)'t');
    }

    private static void Global(MemoryStream stream, string module, string name) => stream.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    private static void Text(MemoryStream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        stream.WriteByte((byte)'X');
        stream.Write(length);
        stream.Write(bytes);
    }

    private static void Number(MemoryStream stream, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            stream.WriteByte((byte)'J');
            stream.Write(bytes[..4]);
            return;
        }

        stream.Write([0x8a, 8]);
        stream.Write(bytes);
    }
}
