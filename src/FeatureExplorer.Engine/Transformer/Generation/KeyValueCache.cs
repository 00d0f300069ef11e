using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Engine.Transformer.Generation;

/// <summary>
/// Keys and values of the tokens that some sequences have read, so that the next token needs one row of attention and not all of them anew: out = Σ over
/// k ≤ t of softmax_k(q · k / √size) · v_k, as <see cref="CausalAttention"/> computes for whole windows. Every sequence is equally long.
/// </summary>
internal sealed unsafe class KeyValueCache : IDisposable
{
    private readonly int _heads;
    private readonly int _size;
    private readonly int _all;
    private readonly int _sequences;
    private readonly ModelArchitecture _architecture;
    private readonly FloatBuffer _keys;
    private readonly FloatBuffer _values;
    private readonly ThreadScratch _scores;

    /// <param name="config">Sizes of the model.</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="capacity">Most tokens of each.</param>
    public KeyValueCache(TransformerConfig config, int sequences, int capacity)
    {
        (_heads, _size, _all, _sequences, Capacity) = (config.Heads, config.HeadSize, config.AttentionWidth, sequences, capacity);
        _keys = new FloatBuffer((long)config.Layers * sequences * capacity * _all);
        _architecture = config.Architecture;
        _values = new FloatBuffer(_keys.Length);
        _scores = new ThreadScratch(capacity);
    }

    /// <summary>Most tokens of a sequence.</summary>
    public int Capacity { get; }

    /// <summary>Tokens read before the rows that <see cref="Attend"/> is given.</summary>
    public int Length { get; private set; }

    /// <summary>To be called when rows of so many tokens have gone through all layers of all sequences.</summary>
    public void Advance(int tokens) => Length += tokens;

    /// <summary>Forgets everything.</summary>
    public void Clear() => Length = 0;

    /// <summary>Gives all sequences the first sequence's keys and values of new tokens, before <see cref="Advance"/>.</summary>
    /// <param name="count">New tokens.</param>
    public void Repeat(int count)
    {
        var length = count * _all;
        for (var row = 0; row < _keys.Length / ((long)Capacity * _all); row++)
        {
            var from = (row / _sequences * (long)_sequences * Capacity * _all) + ((long)Length * _all);
            var to = ((long)row * Capacity * _all) + ((long)Length * _all);
            _keys.Span(from, length).CopyTo(_keys.Span(to, length));
            _values.Span(from, length).CopyTo(_values.Span(to, length));
        }
    }

    /// <summary>Stores the keys and values of new tokens and attends to all tokens up to each.</summary>
    /// <param name="layer">Number of the layer.</param>
    /// <param name="qkv">[sequences · count, 3 · heads · size], q|k|v and by head within each.</param>
    /// <param name="output">Receives [sequences · count, heads · size].</param>
    /// <param name="first">The first sequence that the rows belong to.</param>
    /// <param name="sequences">Sequences that they belong to.</param>
    /// <param name="count">New tokens of each.</param>
    public void Attend(int layer, float* qkv, float* output, int first, int sequences, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Length + count, Capacity, nameof(count));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + sequences, _sequences, nameof(sequences));
        _scores.Prepare();
        WorkerPool.For(sequences * _heads, (task, thread) =>
        {
            var (sequence, head) = (task / _heads, task % _heads);
            var past = (((nint)layer * _sequences) + first + sequence) * Capacity * _all;
            var keys = _keys.Pointer + past + (head * _size);
            var values = _values.Pointer + past + (head * _size);
            for (var i = 0; i < count; i++)
            {
                var row = ((nint)sequence * count) + i;
                var q = qkv + (row * 3 * _all) + (head * _size);
                Row(q + _all).CopyTo(Row(keys + ((nint)(Length + i) * _all)));
                Row(q + (2 * _all)).CopyTo(Row(values + ((nint)(Length + i) * _all)));
                AttendTo(Row(q), keys, values, Row(output + (row * _all) + (head * _size)), new Span<float>(_scores[thread], Length + i + 1), _architecture.WindowOf(layer));
            }
        });
    }

    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
        _scores.Dispose();
    }

    private void AttendTo(ReadOnlySpan<float> query, float* keys, float* values, Span<float> output, Span<float> scores, int window)
    {
        if (window > 0 && scores.Length > window)
        {
            var passed = (nint)(scores.Length - window) * _all;
            keys += passed;
            values += passed;
            scores = scores[^window..];
        }

        for (var k = 0; k < scores.Length; k++)
        {
            scores[k] = TensorPrimitives.Dot(query, Row(keys + ((nint)k * _all)));
        }

        TensorPrimitives.Multiply(scores, 1 / MathF.Sqrt(_size), scores);
        TensorPrimitives.SoftMax(scores, scores);
        output.Clear();
        for (var k = 0; k < scores.Length; k++)
        {
            TensorPrimitives.MultiplyAdd(Row(values + ((nint)k * _all)), scores[k], output, output);
        }
    }

    private Span<float> Row(float* start) => new(start, _size);
}
