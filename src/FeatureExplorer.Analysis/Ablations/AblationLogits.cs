using System.Numerics.Tensors;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Analysis.Ablations;

/// <summary>Losses and logits with and without directions of the residual stream, for a chunk of rows at a time.</summary>
internal sealed unsafe class AblationLogits : IDisposable
{
    private readonly TransformerModel _model;
    private readonly int[] _named;
    private readonly int _capacity;
    private readonly int _width;
    private readonly int _vocabulary;
    private readonly FloatBuffer _streams;
    private readonly FloatBuffer _logits;
    private readonly PerThread<float[]> _scratch;
    private readonly List<(Removal Removal, int Slot, int Base, ushort Target)> _removals = [];
    private readonly float[] _losses;
    private readonly ushort[] _targets;
    private int _slots;
    private int _base = -1;
    private int _row = -1;

    /// <param name="model">The model.</param>
    /// <param name="occurs">[V] which tokens may be named.</param>
    /// <param name="capacity">Rows of a chunk.</param>
    public AblationLogits(TransformerModel model, bool[] occurs, int capacity)
    {
        (_model, _capacity) = (model, capacity);
        (_width, _vocabulary) = (model.Config.DModel, model.Config.VocabularySize);
        _named = [.. Enumerable.Range(0, occurs.Length).Where(token => occurs[token])];
        _streams = new FloatBuffer((long)capacity * _width);
        _logits = new FloatBuffer((long)capacity * _vocabulary);
        _losses = new float[capacity];
        _targets = new ushort[capacity];
        _scratch = new PerThread<float[]>(() => new float[_vocabulary]);
    }

    /// <summary>Whether another removal on a row fits into the chunk.</summary>
    public bool HasRoom(int row) => _slots + (row == _row ? 1 : 2) <= _capacity;

    /// <summary>Adds a removal; those on one row come after each other and share what the model says as it is.</summary>
    /// <param name="removal">Receives the result.</param>
    /// <param name="row">The row's number.</param>
    /// <param name="stream">[d_model] its residual stream.</param>
    /// <param name="activation">How much is removed.</param>
    /// <param name="effect">[d_model] what one unit of the direction adds to the stream.</param>
    /// <param name="target">The token that comes next.</param>
    public void Add(Removal removal, int row, ReadOnlySpan<float> stream, float activation, ReadOnlySpan<float> effect, ushort target)
    {
        if (row != _row)
        {
            (_row, _base) = (row, _slots);
            stream.CopyTo(Stream(_slots));
            _targets[_slots++] = target;
        }

        TensorPrimitives.MultiplyAdd(effect, -activation, stream, Stream(_slots));
        _targets[_slots] = target;
        _removals.Add((removal, _slots++, _base, target));
    }

    /// <summary>Computes the chunk and begins a new one.</summary>
    public void Compute()
    {
        if (_slots == 0)
        {
            return;
        }

        FinalLogits.Of(_model, _streams.Pointer, _slots, _logits.Pointer);
        var scratch = _scratch.Prepare();
        WorkerPool.For(_slots, (slot, thread) => _losses[slot] = Loss(Logits(slot), _targets[slot], scratch[thread]));
        WorkerPool.For(_removals.Count, (number, thread) =>
        {
            var (removal, slot, original, _) = _removals[number];
            removal.Effect = _losses[slot] - _losses[original];
            if (removal.Direction == removal.Feature)
            {
                TensorPrimitives.Subtract(Logits(original), Logits(slot), scratch[thread]);
                (removal.Promoted, removal.Suppressed) = (Strongest(scratch[thread], 1), Strongest(scratch[thread], -1));
            }
        });
        _removals.Clear();
        (_slots, _row, _base) = (0, -1, -1);
    }

    public void Dispose()
    {
        _streams.Dispose();
        _logits.Dispose();
    }

    private Span<float> Stream(int slot) => _streams.Span((long)slot * _width, _width);

    private ReadOnlySpan<float> Logits(int slot) => _logits.Span((long)slot * _vocabulary, _vocabulary);

    /// <summary>log Σ exp(logits) − logit of the target.</summary>
    private static float Loss(ReadOnlySpan<float> logits, int target, float[] scratch)
    {
        var largest = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, largest, scratch);
        TensorPrimitives.Exp<float>(scratch, scratch);
        return MathF.Log(TensorPrimitives.Sum<float>(scratch)) + largest - logits[target];
    }

    /// <summary>The tokens with the largest changes of one sign, strongest first, ties by token.</summary>
    private TokenWeight[] Strongest(float[] changes, int sign)
    {
        Span<int> best = stackalloc int[AblationReport.Named];
        var count = 0;
        foreach (var token in _named)
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

        var weights = new TokenWeight[count];
        for (var rank = 0; rank < count; rank++)
        {
            weights[rank] = new TokenWeight(best[rank], changes[best[rank]]);
        }

        return weights;
    }
}
