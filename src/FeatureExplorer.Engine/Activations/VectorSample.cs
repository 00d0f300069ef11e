using System.Numerics.Tensors;

namespace FeatureExplorer.Engine.Activations;

/// <summary>Activation vectors [rows, n] to choose from, times a scale; a hundred megabytes of them, and half of that when they come from a model's stream.</summary>
internal sealed unsafe class VectorSample : IDisposable
{
    private const int PieceRows = 1024;

    private readonly VectorPiece[] _pieces;
    private readonly int _inputs;
    private readonly float _scale;

    /// <param name="source">Is read for so many rows.</param>
    /// <param name="rows">Number of vectors.</param>
    /// <param name="scale">What each is multiplied by.</param>
    public VectorSample(IActivationSource source, int rows, float scale = 1)
    {
        (Rows, _inputs, _scale) = (rows, source.Inputs, scale);
        _pieces = new VectorPiece[(rows + PieceRows - 1) / PieceRows];
        for (var piece = 0; piece < _pieces.Length; piece++)
        {
            var count = Math.Min(PieceRows, rows - (piece * PieceRows));
            _pieces[piece] = new VectorPiece(count * _inputs);
            source.Read(_pieces[piece].Single, count);
            _pieces[piece].Shrink();
        }
    }

    /// <summary>Number of vectors.</summary>
    public int Rows { get; }

    /// <summary>Copies vectors, from a row on as many as fit.</summary>
    public void CopyTo(int row, Span<float> to)
    {
        for (var done = 0; done < to.Length;)
        {
            var (piece, start) = ((row + (done / _inputs)) / PieceRows, (row + (done / _inputs)) % PieceRows * _inputs);
            var part = to.Slice(done, Math.Min(to.Length - done, _pieces[piece].Length - start));
            _pieces[piece].CopyTo(start, part);
            TensorPrimitives.Multiply(part, _scale, part);
            done += part.Length;
        }
    }

    public void Dispose()
    {
        foreach (var piece in _pieces)
        {
            piece?.Dispose();
        }
    }
}
