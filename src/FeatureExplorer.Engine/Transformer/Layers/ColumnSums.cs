using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// Sums over the rows of a batch, as the gradients of biases and gains are: each block of rows sums apart, and the blocks are combined
/// in order, so that the result does not depend on which thread did which block.
/// </summary>
internal sealed unsafe class ColumnSums(int maxBlocks, int columns) : IDisposable
{
    private readonly FloatBuffer _partial = new((long)maxBlocks * columns);

    /// <summary>The block's sums, to be cleared and then added to.</summary>
    public float* Block(int block) => _partial.Pointer + ((nint)block * columns);

    public void Clear(int block) => new Span<float>(Block(block), columns).Clear();

    /// <summary>Adds the rows of a block to its sums of [column, column + count).</summary>
    public void Add(int block, int column, float* source, int rows, int count)
    {
        var sum = new Span<float>(Block(block) + column, count);
        for (var row = 0; row < rows; row++)
        {
            TensorPrimitives.Add(sum, new ReadOnlySpan<float>(source + ((nint)row * count), count), sum);
        }
    }

    /// <summary>target = the sums of [column, column + count) over the blocks.</summary>
    public void Combine(int blocks, int column, int count, float* target)
    {
        var sum = new Span<float>(target, count);
        sum.Clear();
        for (var block = 0; block < blocks; block++)
        {
            TensorPrimitives.Add(sum, new ReadOnlySpan<float>(Block(block) + column, count), sum);
        }
    }

    public void Dispose() => _partial.Dispose();
}
