using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>x = W_E[token] + W_pos[position], without W_pos where positions are rotary.</summary>
internal sealed unsafe class Embedding(int vocabulary, int width, int maxRows)
{
    private const int BlockTokens = 256;
    private const int BlockPositions = 16;
    private readonly int[] _firstOfToken = new int[vocabulary + 1];
    private readonly int[] _rowsByToken = new int[maxRows];

    /// <summary>tokens: [windows · length] to x[windows · length, width].</summary>
    public void Forward(int* tokens, float* tokenWeights, float* positionWeights, float* x, int windows, int length) =>
        WorkerPool.For(windows, (window, _) =>
        {
            for (var position = 0; position < length; position++)
            {
                var row = (window * length) + position;
                var target = x + ((nint)row * width);
                var token = tokenWeights + ((nint)tokens[row] * width);
                if (positionWeights is null)
                {
                    Copy(token, target, width);
                    continue;
                }

                Copy(positionWeights + ((nint)position * width), target, width);
                Add(token, target, width);
            }
        });

    /// <summary>Overwrites both gradients with the sums of dx over the rows of each token and of each position, in the order of the rows.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="dx">[windows · length, width].</param>
    /// <param name="dTokenWeights">Receives [V, width].</param>
    /// <param name="dPositionWeights">Receives [context, width]; null where positions are rotary.</param>
    /// <param name="windows">Windows of the batch.</param>
    /// <param name="length">Tokens of a window.</param>
    /// <param name="context">Positions.</param>
    /// <param name="add">Adds to the gradient of the tokens, which holds that of the unembedding already.</param>
    public void Backward(
        int* tokens, float* dx, float* dTokenWeights, float* dPositionWeights, int windows, int length, int context, bool add = false)
    {
        SortRows(new ReadOnlySpan<int>(tokens, windows * length));
        WorkerPool.For((vocabulary + BlockTokens - 1) / BlockTokens, (block, _) =>
        {
            for (var token = block * BlockTokens; token < Math.Min(vocabulary, (block + 1) * BlockTokens); token++)
            {
                var sum = dTokenWeights + ((nint)token * width);
                if (!add)
                {
                    new Span<float>(sum, width).Clear();
                }

                for (var i = _firstOfToken[token]; i < _firstOfToken[token + 1]; i++)
                {
                    Add(dx + ((nint)_rowsByToken[i] * width), sum, width);
                }
            }
        });
        if (dPositionWeights is null)
        {
            return;
        }

        WorkerPool.For((context + BlockPositions - 1) / BlockPositions, (block, _) =>
        {
            var first = block * BlockPositions;
            new Span<float>(dPositionWeights + ((nint)first * width), Math.Min(BlockPositions, context - first) * width).Clear();
            for (var window = 0; window < windows; window++)
            {
                for (var position = first; position < Math.Min(length, first + BlockPositions); position++)
                {
                    Add(dx + ((nint)((window * length) + position) * width), dPositionWeights + ((nint)position * width), width);
                }
            }
        });
    }

    private static void Copy(float* source, float* target, int count) =>
        new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));

    /// <summary>target += source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* source, float* target, int count)
    {
        var i = 0;
        for (; i + 8 <= count; i += 8)
        {
            (Vector256.Load(target + i) + Vector256.Load(source + i)).Store(target + i);
        }
        for (; i < count; i++)
        {
            target[i] += source[i];
        }
    }

    /// <summary>Counting sort of the rows by token, stable.</summary>
    private void SortRows(ReadOnlySpan<int> tokens)
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
