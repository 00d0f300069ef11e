using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>Sines and cosines of rotary positions, and the turning of queries and keys by them. The way back of a turn is the turn by the opposite angle.</summary>
internal sealed unsafe class RotaryTable : IDisposable
{
    private readonly FloatBuffer _cosines;
    private readonly FloatBuffer _sines;
    private readonly int _heads;
    private readonly int _size;
    private readonly int _half;

    /// <param name="config">With rotary positions.</param>
    public RotaryTable(TransformerConfig config)
    {
        var rotary = config.Architecture.Rotary!;
        (_heads, _size, _half) = (config.Heads, config.HeadSize, rotary.Dimensions / 2);
        var positions = config.Context + 1;
        _cosines = new FloatBuffer((long)positions * _half);
        _sines = new FloatBuffer((long)positions * _half);
        var frequencies = rotary.Frequencies();
        for (var position = 0; position < positions; position++)
        {
            for (var i = 0; i < _half; i++)
            {
                (_sines.Pointer[((nint)position * _half) + i], _cosines.Pointer[((nint)position * _half) + i]) = ((float, float))Math.SinCos(position * frequencies[i]);
            }
        }
    }

    /// <summary>Turns the queries and keys of rows [count, 3 · heads · size].</summary>
    /// <param name="qkv">Queries, keys and values, by head within each.</param>
    /// <param name="row">The first row's number within the batch.</param>
    /// <param name="count">Rows.</param>
    /// <param name="length">Rows of a window: the position starts anew with each.</param>
    /// <param name="first">Position of a window's first row.</param>
    /// <param name="back">Turns by the opposite angle.</param>
    public void Turn(float* qkv, nint row, int count, int length, int first, bool back)
    {
        for (var i = 0; i < count; i++, qkv += 3 * _heads * _size)
        {
            var position = first + (int)((row + i) % length);
            var cosines = _cosines.Pointer + ((nint)position * _half);
            var sines = _sines.Pointer + ((nint)position * _half);
            for (var head = 0; head < 2 * _heads; head++)
            {
                TurnHead(qkv + (head * _size), cosines, sines, back ? -1 : 1);
            }
        }
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }

    private void TurnHead(float* x, float* cosines, float* sines, float sign)
    {
        for (var i = 0; i < _half; i++)
        {
            var (a, b, sine) = (x[i], x[i + _half], sign * sines[i]);
            x[i] = (a * cosines[i]) - (b * sine);
            x[i + _half] = (b * cosines[i]) + (a * sine);
        }
    }
}
