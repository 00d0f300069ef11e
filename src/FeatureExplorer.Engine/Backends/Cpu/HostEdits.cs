using System.Numerics.Tensors;
using FeatureExplorer.Engine.Backends.Edits;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>Every kind of edit in the host's memory.</summary>
internal static unsafe class HostEdits
{
    /// <summary>Changes activations in place.</summary>
    /// <param name="edit">What becomes of them; null: nothing.</param>
    /// <param name="input">What a dictionary reads, [rows, its inputs]; <paramref name="x"/> itself, or the site that a transcoder reads.</param>
    /// <param name="x">[rows, n].</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="n">Width of the site.</param>
    /// <exception cref="ArgumentException">A vector has another width.</exception>
    public static void Apply(SiteEdit? edit, float* input, float* x, int rows, int n)
    {
        switch (edit)
        {
            case null:
                break;
            case HostEdit host:
                host.Apply(x, rows);
                break;
            case ConstantEdit constant:
                ArgumentOutOfRangeException.ThrowIfNotEqual(constant.Vector.Length, n);
                for (var row = 0; row < rows; row++)
                {
                    constant.Vector.CopyTo(Row(row));
                }

                break;
            case DirectionEdit direction:
                ArgumentOutOfRangeException.ThrowIfNotEqual(direction.Direction.Length, n);
                for (var row = 0; row < rows; row++)
                {
                    TensorPrimitives.MultiplyAdd(direction.Direction, direction.Strength, Row(row), Row(row));
                }

                break;
            case RemovalEdit removal:
                CpuDictionaryEncoder.Of(removal.Dictionary).Remove(input, x, rows, removal.Feature);
                break;
            case ReconstructionEdit reconstruction:
                CpuDictionaryEncoder.Of(reconstruction.Dictionary).Reconstruct(input, x, rows);
                break;
            default:
                throw new ArgumentException($"{edit.GetType().Name} is no kind of edit that the CPU engine knows.", nameof(edit));
        }

        Span<float> Row(int row) => new(x + ((nint)row * n), n);
    }
}
