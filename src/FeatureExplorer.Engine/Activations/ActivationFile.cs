using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Activations;

/// <summary>
/// Activation vectors in NumPy's .npy format (version 1.0, little-endian float32, C order, [rows, n]), so that other programs train on
/// exactly the vectors that are trained on here. Reading goes round when it reaches the end. See NumPy's NEP 1.
/// </summary>
public sealed unsafe partial class ActivationFile : IActivationSource, IDisposable
{
    private const int RowsPerWrite = 4096;
    private const int PreambleLength = 10;
    private static readonly byte[] Magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    private readonly CheckedFile _file;
    private readonly long _start;
    private long _next;

    private ActivationFile(CheckedFile file, long start, long rows, int inputs)
    {
        (_file, _start, Rows, Inputs) = (file, start, rows, inputs);
    }

    /// <summary>Vectors in the file.</summary>
    public long Rows { get; }

    public int Inputs { get; }

    /// <exception cref="InvalidDataException">The file is not a whole matrix of little-endian float32 in C order.</exception>
    public static ActivationFile Open(string path)
    {
        var file = CheckedFile.Open(path);
        try
        {
            var (start, rows, inputs) = ReadHeader(file, path);
            return new ActivationFile(file, start, rows, inputs);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes the next <paramref name="rows"/> vectors of a source.</summary>
    public static void Write(string path, IActivationSource source, long rows, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        using var buffer = new FloatBuffer((long)RowsPerWrite * source.Inputs);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(Header(rows, source.Inputs));
            for (var row = 0L; row < rows; row += RowsPerWrite)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = (int)Math.Min(RowsPerWrite, rows - row);
                source.Read(buffer.Pointer, count);
                stream.Write(new ReadOnlySpan<byte>(buffer.Pointer, count * source.Inputs * sizeof(float)));
                progress?.Report((double)(row + count) / rows);
            }
        });
    }

    public void Read(float* x, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            _file.Items<float>(_start + (_next * Inputs * sizeof(float)), Inputs).CopyTo(new Span<float>(x + ((nint)row * Inputs), Inputs));
            _next = (_next + 1) % Rows;
        }
    }

    /// <summary>Begins again at a vector.</summary>
    public void Seek(long row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        _next = row % Rows;
    }

    public void Dispose() => _file.Dispose();

    private static byte[] Header(long rows, int inputs)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {inputs}), }}");
        var length = ((PreambleLength + text.Length + 1 + 63) / 64 * 64) - PreambleLength;
        var header = new byte[PreambleLength + length];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(Magic.Length), (ushort)length);
        Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n").CopyTo(header, PreambleLength);
        return header;
    }

    private static (long Start, long Rows, int Inputs) ReadHeader(CheckedFile file, string path)
    {
        if (file.Length < PreambleLength || !file.Items<byte>(0, Magic.Length).SequenceEqual(Magic))
        {
            throw new InvalidDataException($"{path} is not a .npy file of version 1.0: save the activations with numpy.save.");
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(file.Items<byte>(Magic.Length, 2));
        var start = PreambleLength + length;
        var text = start <= file.Length ? Encoding.ASCII.GetString(file.Items<byte>(PreambleLength, length)) : string.Empty;
        var match = Layout().Match(text);
        if (!match.Success
            || !long.TryParse(match.Groups["rows"].Value, CultureInfo.InvariantCulture, out var rows)
            || !int.TryParse(match.Groups["inputs"].Value, CultureInfo.InvariantCulture, out var inputs) || rows < 1 || inputs < 1)
        {
            throw new InvalidDataException($"{path} holds \"{text.Trim()}\": it must be a matrix [vectors, inputs] of little-endian float32 ('<f4') in C order.");
        }

        if ((file.Length - start) / sizeof(float) / inputs != rows || (file.Length - start) % ((long)inputs * sizeof(float)) != 0)
        {
            throw new InvalidDataException($"{path} is cut short or too long: {rows} vectors of {inputs} take {start + (rows * inputs * sizeof(float))} bytes, the file has {file.Length}.");
        }

        return (start, rows, inputs);
    }

    [GeneratedRegex(@"^\{'descr': '<f4', 'fortran_order': False, 'shape': \((?<rows>[0-9]{1,18}), (?<inputs>[0-9]{1,9})\), \}\s*$")]
    private static partial Regex Layout();
}
