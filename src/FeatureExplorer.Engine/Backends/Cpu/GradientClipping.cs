using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>Scales gradients down to a largest norm, taken over all parameters together.</summary>
internal static unsafe class GradientClipping
{
    private const int Piece = 1 << 14;

    /// <summary>Multiplies all gradients by limit / norm when their norm is above the limit. Returns the norm before.</summary>
    public static double Clip(DictionaryTensors gradients, double limit)
    {
        var squares = 0.0;
        foreach (var (start, length) in gradients.Parts())
        {
            var partial = new double[Pieces(length)];
            ForEachPiece(start, length, (piece, values) => partial[piece] = TensorPrimitives.SumOfSquares<float>(values));
            squares += partial.Sum();
        }

        var norm = Math.Sqrt(squares);
        if (norm > limit)
        {
            var scale = (float)(limit / norm);
            foreach (var (start, length) in gradients.Parts())
            {
                ForEachPiece(start, length, (_, values) => TensorPrimitives.Multiply(values, scale, values));
            }
        }

        return norm;
    }

    private static int Pieces(long length) => (int)((length + Piece - 1) / Piece);

    private static void ForEachPiece(nint start, long length, PieceAction body) => WorkerPool.For(Pieces(length), (piece, _) =>
        body(piece, new Span<float>((float*)start + ((long)piece * Piece), (int)Math.Min(Piece, length - ((long)piece * Piece)))));

    private delegate void PieceAction(int piece, Span<float> values);
}
