using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>x = W_E[token] + W_pos[position].</summary>
internal sealed unsafe class Embedding(int vocabulary, int width, int maxRows)
{
    private const int BlockTokens = 256;
    private readonly int[] _firstOfToken = new int[vocabulary + 1];
    private readonly int[] _rowsByToken = new int[maxRows];

    /// <summary>tokens: [windows · length] to x[windows · length, width].</summary>
    public void Forward(ushort* tokens, float* tokenWeights, float* positionWeights, float* x, int windows, int length)
    {
        WorkerPool.For(windows, (window, _) =>
        {
            for (var position = 0; position < length; position++)
            {
                var row = (window * length) + position;
                TensorPrimitives.Add(
                    new ReadOnlySpan<float>(tokenWeights + ((nint)tokens[row] * width), width),
                    new ReadOnlySpan<float>(positionWeights + ((nint)position * width), width),
                    new Span<float>(x + ((nint)row * width), width));
            }
        });
    }

    /// <summary>Overwrites both gradients with the sums of dx over the rows of each token and of each position, in the order of the rows.</summary>
    public void Backward(ushort* tokens, float* dx, float* dTokenWeights, float* dPositionWeights, int windows, int length, int context)
    {
        SortRows(new ReadOnlySpan<ushort>(tokens, windows * length));
        WorkerPool.For((vocabulary + BlockTokens - 1) / BlockTokens, (block, _) =>
        {
            for (var token = block * BlockTokens; token < Math.Min(vocabulary, (block + 1) * BlockTokens); token++)
            {
                var sum = new Span<float>(dTokenWeights + ((nint)token * width), width);
                sum.Clear();
                for (var i = _firstOfToken[token]; i < _firstOfToken[token + 1]; i++)
                {
                    TensorPrimitives.Add(sum, new ReadOnlySpan<float>(dx + ((nint)_rowsByToken[i] * width), width), sum);
                }
            }
        });
        WorkerPool.For(context, (position, _) =>
        {
            var sum = new Span<float>(dPositionWeights + ((nint)position * width), width);
            sum.Clear();
            for (var row = position; position < length && row < windows * length; row += length)
            {
                TensorPrimitives.Add(sum, new ReadOnlySpan<float>(dx + ((nint)row * width), width), sum);
            }
        });
    }

    /// <summary>Counting sort of the rows by token, stable.</summary>
    private void SortRows(ReadOnlySpan<ushort> tokens)
    {
        Array.Clear(_firstOfToken);
        foreach (var token in tokens)
        {
            _firstOfToken[token + 1]++;
        }
        for (var token = 0; token < vocabulary; token++)
        {
            _firstOfToken[token + 1] += _firstOfToken[token];
        }
        for (var row = 0; row < tokens.Length; row++)
        {
            _rowsByToken[_firstOfToken[tokens[row]]++] = row;
        }
        Array.Copy(_firstOfToken, 0, _firstOfToken, 1, vocabulary);
        _firstOfToken[0] = 0;
    }
}
