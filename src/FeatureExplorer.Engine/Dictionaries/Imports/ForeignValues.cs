using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>What the numbers of another tool's tensors have to be.</summary>
internal static unsafe class ForeignValues
{
    private const int Piece = 1 << 20;

    /// <summary>Refuses values from which no figures can be computed.</summary>
    public static void DemandWithin(TensorFile file, string name, FloatBuffer values, float bound)
    {
        for (var first = 0L; first < values.Length; first += Piece)
        {
            var largest = TensorPrimitives.MaxMagnitude(PieceOf(values, first));
            if (MathF.Abs(largest) > bound)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{file.FilePath}: tensor {name} holds {largest:G4}; values of {name} lie between -{bound:G4} and {bound:G4}, since figures computed from larger ones are no numbers. The file is damaged, or is no dictionary."));
            }
        }
    }

    /// <summary>Refuses a matrix of zeros: what was saved is no trained dictionary.</summary>
    public static void DemandWeights(TensorFile file, string name, FloatBuffer values, string so)
    {
        for (var first = 0L; first < values.Length; first += Piece)
        {
            if (PieceOf(values, first).ContainsAnyExcept(0f))
            {
                return;
            }
        }

        throw new InvalidDataException($"{file.FilePath}: tensor {name} holds only zeros, so {so}. Save the trained weights there, and import them again.");
    }

    /// <summary>Refuses rows with which a matching pursuit has no end: a step leaves ‖r − p d‖² = ‖r‖² − p² (2 − ‖d‖²), with ‖d‖² ≥ 2 not less than there was.</summary>
    public static void DemandShortRows(TensorFile file, string name, SparseAutoencoder dictionary)
    {
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            var square = TensorPrimitives.SumOfSquares<float>(dictionary.DecoderRow(feature));
            if (!(square < 2))
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{file.FilePath}: row {feature} of tensor {name} has the length {MathF.Sqrt(square):G4}. In a matching pursuit, rows are shorter than 1.414, the root of 2: with a longer one, what is left of a vector grows from step to step. The file is damaged, or is of another architecture."));
            }
        }
    }

    private static Span<float> PieceOf(FloatBuffer values, long first) => values.Span(first, (int)Math.Min(values.Length - first, Piece));
}
