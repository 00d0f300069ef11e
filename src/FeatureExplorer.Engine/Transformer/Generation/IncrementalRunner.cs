using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Engine.Transformer.Generation;

/// <summary>
/// Reads some sequences token by token and says what comes next in each. Keys and values of what was read are kept, so that a token costs as much at the end
/// as at the start. The activations of one site may be edited on the way: later tokens read what the edit left. One caller at a time.
/// </summary>
public sealed unsafe class IncrementalRunner : IDisposable
{
    private const int TokensPerTask = 512;

    private readonly TransformerModel _model;
    private readonly Site _site;
    private readonly Site? _input;
    private readonly KeyValueCache _cache;
    private readonly ForwardPass _pass;
    private readonly FloatBuffer _last;
    private readonly FloatBuffer? _inputs;
    private readonly int _before;

    /// <param name="model">Not owned; its weights are packed when this is made, or those of a large model layer by layer for each token.</param>
    /// <param name="site">Where edits apply.</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="capacity">Most tokens of each, at most the model's context.</param>
    /// <param name="input">Where a transcoder reads that writes at <paramref name="site"/>; null: the same site.</param>
    public IncrementalRunner(TransformerModel model, Site site, int sequences, int capacity, Site? input = null)
        : this(model, site, sequences, capacity, input, ForwardPass.MostPacked)
    {
    }

    /// <param name="model">Not owned.</param>
    /// <param name="site">Where edits apply.</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="capacity">Most tokens of each, at most the model's context.</param>
    /// <param name="input">Where a transcoder reads that writes at <paramref name="site"/>; null: the same site.</param>
    /// <param name="mostPacked">Layers whose weights take more than this, in bytes, are packed one at a time.</param>
    internal IncrementalRunner(TransformerModel model, Site site, int sequences, int capacity, Site? input, long mostPacked)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(site);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, model.Config.Context);
        site.CheckReplaceable(model.Config);
        input?.CheckReads(site);
        (_model, _site, _input, Sequences) = (model, site, input, sequences);
        _before = model.Config.StartToken is null ? 0 : 1;
        _cache = new KeyValueCache(model.Config, sequences, capacity + _before);
        _pass = new ForwardPass(model, Math.Max(sequences, capacity), _cache, mostPacked);
        _pass.Pack();
        _last = new FloatBuffer((long)sequences * model.Config.DModel);
        _inputs = input is null ? null : new FloatBuffer((long)_pass.MaxRows * model.Config.DModel);
    }

    /// <summary>Number of sequences.</summary>
    public int Sequences { get; }

    /// <summary>Tokens read of each sequence.</summary>
    public int Length => Math.Max(0, _cache.Length - _before);

    /// <summary>Begins all sequences anew with the same tokens.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="edit">Called once for each sequence, or null.</param>
    public void Start(ReadOnlySpan<int> prompt, SequenceEdit? edit)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Length, nameof(prompt));
        _model.CheckTokens(prompt);
        _cache.Clear();
        ReadStartToken();
        // Without an edit all sequences are alike.
        for (var sequence = 0; sequence < (edit is null ? 1 : Sequences); sequence++)
        {
            Read(prompt, sequence, 1, prompt.Length, edit);
            State(prompt.Length - 1).CopyTo(Last(sequence));
        }

        if (edit is null)
        {
            _cache.Repeat(prompt.Length);
            for (var sequence = 1; sequence < Sequences; sequence++)
            {
                Last(0).CopyTo(Last(sequence));
            }
        }

        _cache.Advance(prompt.Length);
    }

    /// <summary>Reads one more token of each sequence.</summary>
    /// <param name="tokens">[sequences].</param>
    /// <param name="edit">Called once, or null.</param>
    public void Append(ReadOnlySpan<int> tokens, SequenceEdit? edit)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Length, Sequences, nameof(tokens));
        _model.CheckTokens(tokens);
        Read(tokens, 0, Sequences, 1, edit);
        for (var sequence = 0; sequence < Sequences; sequence++)
        {
            State(sequence).CopyTo(Last(sequence));
        }

        _cache.Advance(1);
    }

    /// <summary>The logits of the token after the last one read, of each sequence.</summary>
    /// <param name="logits">Receives [sequences, V].</param>
    public void Logits(float* logits)
    {
        var (vocabulary, d) = (_model.Config.VocabularySize, _model.Config.DModel);
        var weights = _model.Parameters["lm_head.weight"];
        WorkerPool.For((vocabulary + TokensPerTask - 1) / TokensPerTask, (task, _) =>
        {
            for (var token = task * TokensPerTask; token < Math.Min(vocabulary, (task + 1) * TokensPerTask); token++)
            {
                var row = new ReadOnlySpan<float>(weights + ((nint)token * d), d);
                for (var sequence = 0; sequence < Sequences; sequence++)
                {
                    logits[((nint)sequence * vocabulary) + token] = TensorPrimitives.Dot(row, Last(sequence));
                }
            }
        });
        FinalLogits.AddBias(_model, Sequences, logits);
    }

    public void Dispose()
    {
        _pass.Dispose();
        _cache.Dispose();
        _last.Dispose();
        _inputs?.Dispose();
    }

    private void ReadStartToken()
    {
        if (_model.Config.StartToken is { } token)
        {
            Read([token], 0, 1, 1, null);
            _cache.Repeat(1);
            _cache.Advance(1);
        }
    }

    private void Read(ReadOnlySpan<int> tokens, int first, int sequences, int count, SequenceEdit? edit)
    {
        var activations = _pass.Editable(_site);
        fixed (int* t = tokens)
        {
            _pass.ToSite(t, sequences, count, _site, activations, first, _input, _inputs is null ? null : _inputs.Pointer);
        }

        edit?.Invoke(_inputs is null ? activations : _inputs.Pointer, activations, first, sequences, count);
        _pass.FromSite(_site, activations, _pass.Residual.Pointer, sequences, count, first);
    }

    private Span<float> State(int row) => _pass.FinalState.Span((long)row * _model.Config.DModel, _model.Config.DModel);

    private Span<float> Last(int sequence) => _last.Span((long)sequence * _model.Config.DModel, _model.Config.DModel);
}
