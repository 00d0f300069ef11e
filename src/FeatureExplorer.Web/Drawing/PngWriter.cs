using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace FeatureExplorer.Web.Drawing;

/// <summary>Writes a picture as a PNG with a palette (PNG specification, third edition, sections 5 and 11).</summary>
internal static class PngWriter
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(Remainder)];

    public static byte[] Write(PixelCanvas canvas)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR", Header(canvas));
        WriteChunk(file, "PLTE", [.. canvas.Colours.SelectMany(c => new[] { (byte)(c >> 16), (byte)(c >> 8), (byte)c })]);
        WriteChunk(file, "IDAT", Pixels(canvas));
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    private static byte[] Header(PixelCanvas canvas)
    {
        const byte BitsPerPixel = 8, Palette = 3;
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, canvas.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), canvas.Height);
        (header[8], header[9]) = (BitsPerPixel, Palette);
        return header;
    }

    private static byte[] Pixels(PixelCanvas canvas)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal))
        {
            for (var y = 0; y < canvas.Height; y++)
            {
                stream.WriteByte(0); // the row as it is, without a filter
                stream.Write(canvas.Row(y));
            }
        }

        return packed.ToArray();
    }

    // Length, type, data, and a checksum over type and data.
    private static void WriteChunk(Stream file, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint Remainder(int value)
    {
        const uint Polynomial = 0xEDB88320;
        var remainder = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            remainder = (remainder & 1) == 0 ? remainder >> 1 : Polynomial ^ (remainder >> 1);
        }

        return remainder;
    }
}
