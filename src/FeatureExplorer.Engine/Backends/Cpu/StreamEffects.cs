using System.Numerics.Tensors;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>Losses and logits with and without directions of the residual stream, for a chunk of rows at a time.</summary>
internal sealed unsafe class StreamEffects : IDisposable
{
    private const int Capacity = 192;

    private readonly TransformerModel _model;
    private readonly int _width;
    private readonly int _vocabulary;
    private readonly FloatBuffer _streams;
    private readonly FloatBuffer _logits;
    private readonly ThreadScratch _scratch;
    private readonly List<(int Edit, int Slot, int Base)> _edited = [];
    private readonly float[] _losses = new float[Capacity];
    private readonly int[] _targets = new int[Capacity];
    private int _slots;
    private int _base = -1;
    private int _row = -1;

    public StreamEffects(TransformerModel model)
    {
        (_model, _width, _vocabulary) = (model, model.Config.DModel, model.Config.VocabularySize);
        _streams = new FloatBuffer((long)Capacity * _width);
        _logits = new FloatBuffer((long)Capacity * _vocabulary);
        _scratch = new ThreadScratch(_vocabulary);
    }

    /// <summary>The effects of all edits.</summary>
    public void Compute(float* stream, ReadOnlySpan<StreamEdit> edits, float* directions, int[] named, Span<StreamEffect> effects)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(effects.Length, edits.Length);
        for (var number = 0; number < edits.Length; number++)
        {
            var edit = edits[number];
            // Edits on one row share the logits without an edit.
            if (_slots + (edit.Row == _row ? 1 : 2) > Capacity)
            {
                Flush(edits, named, effects);
            }

            var original = new ReadOnlySpan<float>(stream + ((nint)edit.Row * _width), _width);
            if (edit.Row != _row)
            {
                (_row, _base) = (edit.Row, _slots);
                original.CopyTo(Stream(_slots));
                _targets[_slots++] = edit.Target;
            }

            TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(directions + ((nint)edit.Direction * _width), _width), edit.Strength, original, Stream(_slots));
            _targets[_slots] = edit.Target;
            _edited.Add((number, _slots++, _base));
        }

        Flush(edits, named, effects);
    }

    public void Dispose()
    {
        _streams.Dispose();
        _logits.Dispose();
        _scratch.Dispose();
    }

    private void Flush(ReadOnlySpan<StreamEdit> edits, int[] named, Span<StreamEffect> effects)
    {
        if (_slots == 0)
        {
            return;
        }

        FinalLogits.Of(_model, _streams.Pointer, _slots, _logits.Pointer);
        _scratch.Prepare();
        WorkerPool.For(_slots, (slot, thread) => _losses[slot] = Loss(Logits(slot), _targets[slot], Scratch(thread)));
        var wanted = new bool[_edited.Count];
        for (var i = 0; i < wanted.Length; i++)
        {
            wanted[i] = edits[_edited[i].Edit].Named;
        }

        var computed = new StreamEffect[_edited.Count];
        WorkerPool.For(computed.Length, (i, thread) =>
        {
            var (_, slot, original) = _edited[i];
            var (lowered, raised) = wanted[i] ? Changes(slot, original, named, Scratch(thread)) : ([], []);
            computed[i] = new StreamEffect(_losses[slot] - _losses[original], lowered, raised);
        });
        computed.CopyTo(effects[_edited[0].Edit..]);
        _edited.Clear();
        (_slots, _row, _base) = (0, -1, -1);
    }

    private (LogitChange[] Lowered, LogitChange[] Raised) Changes(int slot, int original, int[] named, Span<float> changes)
    {
        TensorPrimitives.Subtract(Logits(slot), Logits(original), changes);
        return (Strongest(changes, named, -1), Strongest(changes, named, 1));
    }

    private Span<float> Scratch(int thread) => new(_scratch[thread], _vocabulary);

    private Span<float> Stream(int slot) => _streams.Span((long)slot * _width, _width);

    private ReadOnlySpan<float> Logits(int slot) => _logits.Span((long)slot * _vocabulary, _vocabulary);

    /// <summary>log Σ exp(logits) − logit of the target.</summary>
    private static float Loss(ReadOnlySpan<float> logits, int target, Span<float> scratch)
    {
        var largest = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, largest, scratch);
        TensorPrimitives.Exp<float>(scratch, scratch);
        return MathF.Log(TensorPrimitives.Sum<float>(scratch)) + largest - logits[target];
    }

    /// <summary>The tokens with the largest changes of one sign, strongest first, ties by token.</summary>
    private static LogitChange[] Strongest(ReadOnlySpan<float> changes, int[] named, int sign)
    {
        Span<int> best = stackalloc int[StreamEffect.Listed];
        var count = 0;
        foreach (var token in named)
        {
            var change = sign * changes[token];
            if (count == best.Length && change <= sign * changes[best[^1]])
            {
                continue;
            }

            count = Math.Min(count + 1, best.Length);
            var rank = count - 1;
            for (; rank > 0 && sign * changes[best[rank - 1]] < change; rank--)
            {
                best[rank] = best[rank - 1];
            }

            best[rank] = token;
        }

        var strongest = new LogitChange[count];
        for (var rank = 0; rank < count; rank++)
        {
            strongest[rank] = new LogitChange(best[rank], changes[best[rank]]);
        }

        return strongest;
    }
}
