using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>From stored bytes to numbers.</summary>
internal static class ElementConversion
{
    /// <summary>Bytes of one element.</summary>
    public static int Bytes(ElementType type) => type switch
    {
        ElementType.F64 or ElementType.I64 or ElementType.U64 => 8,
        ElementType.F32 or ElementType.I32 or ElementType.U32 => 4,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 or ElementType.U16 => 2,
        _ => 1,
    };

    /// <summary>The values as single precision; whole numbers are rounded to the nearest.</summary>
    /// <param name="bytes">The elements; turned about in place where they are big-endian.</param>
    /// <param name="type">Of the elements.</param>
    /// <param name="bigEndian">Whether the first byte of an element is its highest.</param>
    /// <param name="values">As many as there are elements.</param>
    public static void ToSingle(Span<byte> bytes, ElementType type, bool bigEndian, Span<float> values)
    {
        TurnAbout(bytes, Bytes(type), bigEndian);
        switch (type)
        {
            case ElementType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case ElementType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            case ElementType.BF16: // the upper half of a float
                var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                }

                break;
            case ElementType.F64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(bytes), values);
                break;
            default:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = Whole(bytes, type, i);
                }

                break;
        }
    }

    /// <summary>The values as whole numbers.</summary>
    /// <exception cref="OverflowException">One is larger than a signed number of 64 bits.</exception>
    public static void ToInt64(Span<byte> bytes, ElementType type, bool bigEndian, Span<long> values)
    {
        TurnAbout(bytes, Bytes(type), bigEndian);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = type == ElementType.U64 ? checked((long)MemoryMarshal.Cast<byte, ulong>(bytes)[i]) : Whole(bytes, type, i);
        }
    }

    private static long Whole(Span<byte> bytes, ElementType type, int i) => type switch
    {
        ElementType.I8 => (sbyte)bytes[i],
        ElementType.U8 => bytes[i],
        ElementType.Bool => bytes[i] == 0 ? 0 : 1,
        ElementType.I16 => MemoryMarshal.Cast<byte, short>(bytes)[i],
        ElementType.U16 => MemoryMarshal.Cast<byte, ushort>(bytes)[i],
        ElementType.I32 => MemoryMarshal.Cast<byte, int>(bytes)[i],
        ElementType.U32 => MemoryMarshal.Cast<byte, uint>(bytes)[i],
        _ => MemoryMarshal.Cast<byte, long>(bytes)[i],
    };

    private static void TurnAbout(Span<byte> bytes, int size, bool bigEndian)
    {
        if (!bigEndian || size == 1)
        {
            return;
        }

        for (var i = 0; i < bytes.Length; i += size)
        {
            bytes.Slice(i, size).Reverse();
        }
    }
}
