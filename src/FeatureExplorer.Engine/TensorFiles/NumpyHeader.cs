using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>
/// The head of an <c>.npy</c> file, versions 1 to 3 (NumPy, NEP 1): six bytes of magic, two of version, the length of the text that follows, and a Python dictionary with descr, fortran_order
/// and shape.
/// </summary>
internal sealed partial record NumpyHeader(ElementType Type, bool BigEndian, long[] Shape, bool ColumnMajor, int Bytes)
{
    private const int LongestText = 64 << 10;
    private const int PrefixBytes = 12;

    /// <summary>Whether these are the first bytes of an <c>.npy</c> file.</summary>
    public static bool Begins(ReadOnlySpan<byte> start) => start.Length >= 6 && start[0] == 0x93 && start[1..].StartsWith("NUMPY"u8);

    /// <param name="region">The whole array's file or entry.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="InvalidDataException">It is damaged, or its elements are no numbers.</exception>
    public static NumpyHeader Read(ByteRegion region, string name)
    {
        var prefix = new byte[Math.Min(PrefixBytes, region.Length)];
        region.Read(0, prefix);
        if (prefix.Length < PrefixBytes || !Begins(prefix))
        {
            throw new InvalidDataException($"{name} is no NumPy array: it does not begin as one. Save it with numpy.save or numpy.savez.");
        }

        var (bytes, start) = prefix[6] switch
        {
            1 => ((long)BinaryPrimitives.ReadUInt16LittleEndian(prefix.AsSpan(8)), 10),
            2 or 3 => (BinaryPrimitives.ReadUInt32LittleEndian(prefix.AsSpan(8)), 12),
            var version => throw new InvalidDataException($"{name} is of version {version}.{prefix[7]} of NumPy's format; 1 to 3 are read."),
        };
        if (bytes > LongestText || start + bytes > region.Length)
        {
            throw new InvalidDataException($"{name} is damaged: its header is said to have {bytes} bytes. Copy or download it again.");
        }

        var text = new byte[bytes];
        region.Read(start, text);
        return Parse(Encoding.UTF8.GetString(text), name, start + (int)bytes);
    }

    private static NumpyHeader Parse(string text, string name, int start)
    {
        var (order, shape) = (Order().Match(text), Extents().Match(text));
        if (!order.Success || !shape.Success)
        {
            throw new InvalidDataException($"{name} is damaged: its header {Short(text)} has no fortran_order and shape. Save it anew with numpy.save.");
        }

        var (type, bigEndian) = TypeOf(Description().Match(text), text, name);
        var extents = shape.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(extent => long.TryParse(extent.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Impossible(name, text)).ToArray();
        try
        {
            _ = extents.Aggregate(8L, static (product, extent) => checked(product * Math.Max(1, extent)));
        }
        catch (OverflowException)
        {
            throw Impossible(name, text);
        }

        return new NumpyHeader(type, bigEndian, extents, order.Groups[1].Value == "True", start);
    }

    private static (ElementType Type, bool BigEndian) TypeOf(Match description, string text, string name)
    {
        var code = description.Success ? description.Groups[1].Value : string.Empty;
        ElementType? type = code.TrimStart('<', '>', '|', '=') switch
        {
            "f2" => ElementType.F16,
            "f4" => ElementType.F32,
            "f8" => ElementType.F64,
            "i1" => ElementType.I8,
            "i2" => ElementType.I16,
            "i4" => ElementType.I32,
            "i8" => ElementType.I64,
            "u1" => ElementType.U8,
            "u2" => ElementType.U16,
            "u4" => ElementType.U32,
            "u8" => ElementType.U64,
            "b1" => ElementType.Bool,
            _ => null,
        };
        return (type ?? throw new InvalidDataException(code.TrimStart('|', '<') switch
        {
            "O" => $"{name} holds Python objects (dtype object), which could run code. Save the numbers as float32.",
            "V2" => $"{name} holds raw values of 2 bytes (dtype V2), as JAX's bfloat16 arrays are saved. Save them as float32.",
            _ => $"{name} has the elements {(code.Length > 0 ? code : Short(text))}; f2, f4, f8, whole numbers and b1 are read. Save it as float32.",
        }), code.StartsWith('>'));
    }

    private static InvalidDataException Impossible(string name, string text) => new($"{name} is damaged: its header {Short(text)} has an impossible shape. Save it anew with numpy.save.");

    private static string Short(string text) => text.Trim() is { Length: > 120 } head ? $"{head[..120]}..." : text.Trim();

    [GeneratedRegex("'descr'\\s*:\\s*'([^']{1,16})'")]
    private static partial Regex Description();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(True|False)")]
    private static partial Regex Order();

    [GeneratedRegex("'shape'\\s*:\\s*\\(([^)]*)\\)")]
    private static partial Regex Extents();
}
