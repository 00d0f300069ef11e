using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// The model forward only, for batches of up to a fixed number of windows: activations at a <see cref="Site"/>, and losses with the activations at a site
/// edited. Where no site is named it is <c>mlp.post</c> of the last layer. Owns its scratch: one runner serves one caller at a time.
/// Packs the weights when it is made, or those of a large model layer by layer in each pass; after a change of the model call <see cref="Refresh"/>.
/// </summary>
public sealed unsafe class TransformerRunner : IModelRunner
{
    private readonly TransformerModel _model;
    private readonly int _maxWindows;
    private readonly ForwardPass _pass;
    private readonly Lazy<UnembeddingLoss> _unembedding;
    private readonly Lazy<LogitComparison> _comparison;
    private readonly Lazy<StreamEffects> _effects;

    // What Begin leaves for Continue and Compare: the site's activations, and the residual stream beside them.
    private readonly Lazy<FloatBuffer> _begunActivations;
    private readonly Lazy<FloatBuffer> _begunResidual;
    private readonly Lazy<FloatBuffer> _begunInput;
    private readonly Lazy<FloatBuffer> _finalState;
    private (Site Site, Site? Input, int Windows, int Length)? _begun;
    private bool _finalStateIsCurrent;

    /// <param name="model">Not owned.</param>
    /// <param name="maxWindows">Most windows in a call: memory is reserved for so many.</param>
    public TransformerRunner(TransformerModel model, int maxWindows)
        : this(model, maxWindows, ForwardPass.MostPacked)
    {
    }

    /// <param name="model">Not owned.</param>
    /// <param name="maxWindows">Most windows in a call.</param>
    /// <param name="mostPacked">Layers whose weights take more than this, in bytes, are packed one at a time.</param>
    internal TransformerRunner(TransformerModel model, int maxWindows, long mostPacked)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWindows, 1);
        (_model, _maxWindows) = (model, maxWindows);
        var config = model.Config;
        _pass = new ForwardPass(model, maxWindows, mostPacked);
        _unembedding = new Lazy<UnembeddingLoss>(PackedUnembedding);
        _comparison = new Lazy<LogitComparison>(() => new LogitComparison(_unembedding.Value, config.DModel, config.VocabularySize));
        _effects = new Lazy<StreamEffects>(() => new StreamEffects(model));
        _begunActivations = new Lazy<FloatBuffer>(() => new FloatBuffer((long)_pass.MaxRows * Math.Max(config.DMlp, config.DModel)));
        _begunResidual = new Lazy<FloatBuffer>(() => new FloatBuffer((long)_pass.MaxRows * config.DModel));
        _begunInput = new Lazy<FloatBuffer>(() => new FloatBuffer((long)_pass.MaxRows * config.DModel));
        _finalState = new Lazy<FloatBuffer>(() => new FloatBuffer((long)_pass.MaxRows * config.DModel));
        Refresh();
    }

    public int MaxWindows => _maxWindows;

    /// <summary>Packs the model's weights anew.</summary>
    public void Refresh()
    {
        _pass.Pack();
        if (_unembedding.IsValueCreated)
        {
            _unembedding.Value.Pack(_model.Parameters["lm_head.weight"], _model.Parameters.UnembeddingBias);
        }
        _begun = null;
    }

    /// <summary>The neurons of the last layer after their ReLU (the site <c>mlp.post</c>); what lies above is not computed.</summary>
    /// <inheritdoc cref="Activations(ReadOnlySpan{int}, int, int, Site, float*)"/>
    public void Activations(ReadOnlySpan<int> tokens, int windows, int length, float* activations) =>
        Activations(tokens, windows, length, Site.Default(_model.Config), activations);

    /// <summary>The activations of a site; what lies above it is not computed.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="windows">At most <see cref="MaxWindows"/>.</param>
    /// <param name="length">Tokens of a window, at most the model's context.</param>
    /// <param name="site">Where.</param>
    /// <param name="activations">Receives [windows · length, n].</param>
    public void Activations(ReadOnlySpan<int> tokens, int windows, int length, Site site, float* activations)
    {
        Check(tokens, windows, length, site);
        fixed (int* t = tokens)
        {
            _pass.ToSite(t, windows, length, site, activations);
        }
    }

    /// <inheritdoc/>
    public void Activations(ReadOnlySpan<int> tokens, int windows, int length, Site site, Rows activations) =>
        Activations(tokens, windows, length, site, HostRows.Of(activations));

    /// <summary>The loss of every position in nats, with the neurons of the last layer edited on the way.</summary>
    /// <inheritdoc cref="Losses(ReadOnlySpan{int}, ReadOnlySpan{int}, int, int, Site, ActivationEdit, Span{float})"/>
    public void Losses(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, int windows, int length, ActivationEdit? edit, Span<float> losses) =>
        Losses(tokens, targets, windows, length, Site.Default(_model.Config), edit, losses);

    /// <summary>The loss of every position in nats, with the activations of a site edited on the way.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="targets">The token after each, [windows · length].</param>
    /// <param name="windows">At most <see cref="MaxWindows"/>.</param>
    /// <param name="length">Tokens of a window, at most the model's context.</param>
    /// <param name="site">Where the edit applies.</param>
    /// <param name="edit">Called once with all rows, or null.</param>
    /// <param name="losses">Receives [windows · length].</param>
    public void Losses(
        ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, int windows, int length, Site site, ActivationEdit? edit, Span<float> losses)
    {
        Check(tokens, windows, length, site);
        site.CheckReplaceable(_model.Config);
        CheckTargets(targets, tokens.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(losses.Length, tokens.Length);
        var activations = _pass.Editable(site);
        fixed (int* t = tokens)
        {
            _pass.ToSite(t, windows, length, site, activations);
        }
        edit?.Invoke(activations, tokens.Length);
        _pass.FromSite(site, activations, _pass.Residual.Pointer, windows, length);
        Unembed(targets, losses);
    }

    /// <summary>Runs the model up to a site, from where <see cref="Continue"/> and <see cref="Compare"/> go on as often as one likes, with other edits.</summary>
    /// <inheritdoc/>
    public void Begin(ReadOnlySpan<int> tokens, int windows, int length, Site site, Site? input = null)
    {
        Check(tokens, windows, length, site);
        site.CheckReplaceable(_model.Config);
        input?.CheckReads(site);
        fixed (int* t = tokens)
        {
            _pass.ToSite(t, windows, length, site, _begunActivations.Value.Pointer, input: input, inputs: input is null ? null : _begunInput.Value.Pointer);
        }
        _pass.Residual.Span(0, tokens.Length * _model.Config.DModel).CopyTo(_begunResidual.Value.Span());
        (_begun, _finalStateIsCurrent) = ((site, input, windows, length), false);
    }

    /// <inheritdoc/>
    public void ReadInput(float* input)
    {
        var rows = BegunRows;
        _begunInput.Value.Span(0, rows * BegunInput.Width(_model.Config)).CopyTo(new Span<float>(input, rows * BegunInput.Width(_model.Config)));
    }

    /// <summary>The losses of the tokens of <see cref="Begin"/> with an edit of the site's activations.</summary>
    /// <param name="targets">The token after each.</param>
    /// <param name="edit">The edit, or null.</param>
    /// <param name="losses">Receives one for each token.</param>
    public void Continue(ReadOnlySpan<int> targets, SiteEdit? edit, Span<float> losses)
    {
        CheckTargets(targets, BegunRows);
        ArgumentOutOfRangeException.ThrowIfLessThan(losses.Length, BegunRows);
        ContinueToTheEnd(edit);
        Unembed(targets, losses);
    }

    /// <summary>The losses without and with an edit, and KL(as it is ‖ edited) over the vocabulary, nats, of every token of <see cref="Begin"/>.</summary>
    /// <param name="targets">The token after each.</param>
    /// <param name="edit">The edit.</param>
    /// <param name="losses">Receives the loss of the model as it is, for each token.</param>
    /// <param name="editedLosses">Receives the loss with the edit.</param>
    /// <param name="divergences">Receives the divergence.</param>
    public void Compare(ReadOnlySpan<int> targets, SiteEdit edit, Span<float> losses, Span<float> editedLosses, Span<float> divergences)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var rows = BegunRows;
        CheckTargets(targets, rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(losses.Length, rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(editedLosses.Length, rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(divergences.Length, rows);
        if (!_finalStateIsCurrent)
        {
            ContinueToTheEnd(null);
            _pass.FinalState.Span(0, rows * _model.Config.DModel).CopyTo(_finalState.Value.Span());
            _finalStateIsCurrent = true;
        }
        ContinueToTheEnd(edit);
        fixed (int* y = targets)
        fixed (float* loss = losses, edited = editedLosses, divergence = divergences)
        {
            _comparison.Value.Compare(_finalState.Value.Pointer, _pass.FinalState.Pointer, y, rows, loss, edited, divergence);
        }
    }

    /// <inheritdoc/>
    public void Stream(ReadOnlySpan<int> tokens, int windows, int length, Site site, Rows activations, Rows stream)
    {
        var x = HostRows.Of(activations);
        Activations(tokens, windows, length, site, x);
        _pass.FromSite(site, x, _pass.Residual.Pointer, windows, length);
        var count = tokens.Length * _model.Config.DModel;
        _pass.Stream.Span(0, count).CopyTo(new Span<float>(HostRows.Of(stream), count));
    }

    /// <inheritdoc/>
    public void Effects(Rows stream, ReadOnlySpan<StreamEdit> edits, Rows directions, int[] named, Span<StreamEffect> effects) =>
        _effects.Value.Compute(HostRows.Of(stream), edits, HostRows.Of(directions), named, effects);

    public void Dispose()
    {
        _pass.Dispose();
        foreach (var buffer in new[] { _begunActivations, _begunResidual, _begunInput, _finalState })
        {
            DisposeIfCreated(buffer);
        }
        DisposeIfCreated(_unembedding);
        DisposeIfCreated(_comparison);
        DisposeIfCreated(_effects);
    }

    private int BegunRows => _begun is { } begun ? begun.Windows * begun.Length : throw new InvalidOperationException("Call Begin first.");

    private Site BegunInput => _begun?.Input ?? throw new InvalidOperationException("Call Begin with an input site first.");

    private static void DisposeIfCreated<T>(Lazy<T> part)
        where T : IDisposable
    {
        if (part.IsValueCreated)
        {
            part.Value.Dispose();
        }
    }

    private UnembeddingLoss PackedUnembedding()
    {
        var unembedding = new UnembeddingLoss(_model.Config.DModel, _model.Config.VocabularySize, training: false);
        unembedding.Pack(_model.Parameters["lm_head.weight"], _model.Parameters.UnembeddingBias);
        return unembedding;
    }

    private void Check(ReadOnlySpan<int> tokens, int windows, int length, Site site)
    {
        ArgumentNullException.ThrowIfNull(site);
        site.Check(_model.Config);
        _model.CheckBatch(tokens.Length, windows, length, _maxWindows);
        _model.CheckTokens(tokens);
    }

    private void CheckTargets(ReadOnlySpan<int> targets, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(targets.Length, count);
        _model.CheckTokens(targets);
    }

    private void ContinueToTheEnd(SiteEdit? edit)
    {
        var (site, input, windows, length) = _begun!.Value;
        var count = windows * length * site.Width(_model.Config);
        var activations = _pass.Editable(site);
        _begunActivations.Value.Span(0, count).CopyTo(new Span<float>(activations, count));
        HostEdits.Apply(edit, input is null ? activations : _begunInput.Value.Pointer, activations, windows * length, site.Width(_model.Config));
        _pass.FromSite(site, activations, _begunResidual.Value.Pointer, windows, length);
    }

    private void Unembed(ReadOnlySpan<int> targets, Span<float> losses)
    {
        fixed (int* y = targets)
        fixed (float* result = losses)
        {
            _unembedding.Value.Forward(_pass.FinalState.Pointer, y, targets.Length, result);
        }
    }
}
