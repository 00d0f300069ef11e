using System.Numerics.Tensors;

namespace FeatureExplorer.Engine.Activations;

/// <summary>
/// Activation vectors [rows, n] to choose from, times a scale: a hundred megabytes of them, half of that when they come from a model's stream, and
/// none of its own when they are kept for others anyway.
/// </summary>
public sealed unsafe class VectorSample : IDisposable
{
    private const int PieceRows = SharedActivations.PieceRows;

    private readonly VectorPiece[] _pieces;
    private readonly int _firstRow;
    private readonly float _scale;

    /// <param name="source">Is read for so many rows.</param>
    /// <param name="rows">Number of vectors.</param>
    /// <param name="scale">What each is multiplied by.</param>
    public VectorSample(IActivationSource source, int rows, float scale = 1)
    {
        (Rows, Inputs, _scale) = (rows, source.Inputs, scale);
        (_pieces, _firstRow) = (source as IVectorPieces)?.Take(rows) ?? (Read(source, rows), 0);
    }

    /// <param name="x">[rows, n] is copied.</param>
    /// <param name="rows">Number of vectors.</param>
    /// <param name="inputs">n.</param>
    public VectorSample(float* x, int rows, int inputs)
        : this(new Given(x, inputs), rows)
    {
    }

    /// <summary>Number of vectors.</summary>
    public int Rows { get; }

    /// <summary>n: width of a vector.</summary>
    public int Inputs { get; }

    /// <summary>Copies vectors, from a row on as many as fit.</summary>
    public void CopyTo(int row, Span<float> to)
    {
        for (var done = 0; done < to.Length;)
        {
            var at = _firstRow + row + (done / Inputs);
            var (piece, start) = (_pieces[at / PieceRows], at % PieceRows * Inputs);
            var part = to.Slice(done, Math.Min(to.Length - done, piece.Length - start));
            piece.CopyTo(start, part);
            TensorPrimitives.Multiply(part, _scale, part);
            done += part.Length;
        }
    }

    public void Dispose()
    {
        foreach (var piece in _pieces)
        {
            piece.Dispose();
        }
    }

    private static VectorPiece[] Read(IActivationSource source, int rows)
    {
        var pieces = new VectorPiece[(rows + PieceRows - 1) / PieceRows];
        for (var piece = 0; piece < pieces.Length; piece++)
        {
            var count = Math.Min(PieceRows, rows - (piece * PieceRows));
            pieces[piece] = new HostPiece(count * source.Inputs);
            pieces[piece].Fill(source, count);
            pieces[piece].Shrink();
        }

        return pieces;
    }

    /// <summary>Vectors in memory, one after the other.</summary>
    private sealed class Given(float* x, int inputs) : IActivationSource
    {
        private long _read;

        public int Inputs => inputs;

        public void Read(float* to, int rows)
        {
            var length = (long)rows * inputs * sizeof(float);
            Buffer.MemoryCopy(x + _read, to, length, length);
            _read += (long)rows * inputs;
        }
    }
}
