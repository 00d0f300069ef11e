using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Torch.Dictionaries;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Transformer;

/// <summary>Forward passes on a device. Edits of the host see a copy of the activations there; what they leave goes back.</summary>
internal sealed unsafe class TorchModelRunner : IModelRunner
{
    private readonly TorchBackend _backend;
    private readonly TransformerModel _host;
    private readonly TorchModel _model;
    private Begun? _begun;
    private long _partBytes;

    public TorchModelRunner(TorchBackend backend, TransformerModel model, int maxWindows)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_backend, _host, MaxWindows, _partBytes) = (backend, model, maxWindows, backend.PartBytes);
        _model = new TorchModel(backend, model, training: false);
    }

    public int MaxWindows { get; }

    public void Activations(ReadOnlySpan<int> tokens, int windows, int length, Site site, float* activations)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        TorchMemory.Download(ToSite(tokens, windows, length, site).Activations, activations);
    }

    public void Activations(ReadOnlySpan<int> tokens, int windows, int length, Site site, Rows activations)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        TorchRows.Of(activations).narrow(0, 0, tokens.Length).copy_(ToSite(tokens, windows, length, site).Activations);
    }

    public void Begin(ReadOnlySpan<int> tokens, int windows, int length, Site site, Site? input = null)
    {
        site.CheckReplaceable(_host.Config);
        input?.CheckReads(site);
        using var off = no_grad();
        using var scope = NewDisposeScope();
        _begun?.Dispose();
        _begun = null;
        var (activations, residual, read) = ToSite(tokens, windows, length, site, input);
        _begun = new Begun(site, windows, length, activations.DetachFromDisposeScope(), residual.DetachFromDisposeScope()) { Input = read?.DetachFromDisposeScope() };
    }

    public void ReadInput(float* input)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var begun = _begun ?? throw new InvalidOperationException("Call Begin first.");
        TorchMemory.Download(begun.Input ?? throw new InvalidOperationException("Call Begin with an input site first."), input);
    }

    public void Continue(ReadOnlySpan<int> targets, SiteEdit? edit, Span<float> losses)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var begun = Begin(targets);
        var (state, y) = (FromSite(begun, Edited(begun, edit)), TorchMemory.Upload(targets, _model.Device));
        InParts(begun.Rows, 1, (first, count) => TorchMemory.Floats(Losses(LogProbabilities(state, first, count), y, first, count)), losses);
    }

    public void Compare(ReadOnlySpan<int> targets, SiteEdit edit, Span<float> losses, Span<float> editedLosses, Span<float> divergences)
    {
        ArgumentNullException.ThrowIfNull(edit);
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var begun = Begin(targets);
        var y = TorchMemory.Upload(targets, _model.Device);
        var original = begun.State ??= FromSite(begun, begun.Activations).DetachFromDisposeScope();
        var edited = FromSite(begun, Edited(begun, edit));
        var all = new float[3 * begun.Rows];
        // One row of three figures for each token.
        InParts(begun.Rows, 3, (first, count) =>
        {
            var (p, q) = (LogProbabilities(original, first, count), LogProbabilities(edited, first, count));
            var divergence = p.exp().mul_(p.add(q, Scalars.MinusOne)).sum(dim: 1);
            return TorchMemory.Floats(stack([Losses(p, y, first, count), Losses(q, y, first, count), divergence], dim: 1));
        }, all);
        for (var row = 0; row < begun.Rows; row++)
        {
            (losses[row], editedLosses[row], divergences[row]) = (all[3 * row], all[(3 * row) + 1], all[(3 * row) + 2]);
        }
    }

    public void Stream(ReadOnlySpan<int> tokens, int windows, int length, Site site, Rows activations, Rows stream)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        // From a site that is only read, the model goes on with what its layer writes.
        var writes = site.IsReplaceable ? site : site with { Kind = SiteKind.MlpOut };
        var (x, residual, read) = ToSite(tokens, windows, length, writes, site.IsReplaceable ? null : site);
        TorchRows.Of(activations).narrow(0, 0, tokens.Length).copy_(read ?? x);
        TorchRows.Of(stream).narrow(0, 0, tokens.Length).copy_(ToEnd(writes, length, x, residual));
    }

    public void Effects(Rows stream, ReadOnlySpan<StreamEdit> edits, Rows directions, int[] named, Span<StreamEffect> effects)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(effects.Length, edits.Length);
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var computed = new TorchStreamEffects(_model, TorchRows.Of(stream), TorchRows.Of(directions), named);
        var all = edits.ToArray();
        for (var first = 0; first < all.Length;)
        {
            var start = first;
            // Logits with and without the edit, and twice what a comparison needs.
            var part = TorchOutOfMemoryException.Retry(
                () => computed.Of(all.AsSpan(start, Math.Min(all.Length - start, Math.Max(1, RowsOfAPart(all.Length) / 2)))), ShrinkPart, TooLittleMemory);
            part.CopyTo(effects[first..]);
            first += part.Length;
        }
    }

    public void Refresh()
    {
        _model.Load(_host.Parameters);
        _begun?.Dispose();
        _begun = null;
    }

    public void Dispose()
    {
        _begun?.Dispose();
        _model.Dispose();
    }

    /// <summary>The site's activations, the residual stream beside them, which a feed-forward site adds its output to, and those of an input site in the same layer.</summary>
    private (Tensor Activations, Tensor Residual, Tensor? Input) ToSite(ReadOnlySpan<int> tokens, int windows, int length, Site site, Site? input = null)
    {
        _host.CheckBatch(tokens.Length, windows, length, MaxWindows);
        _host.CheckTokens(tokens);
        site.Check(_host.Config);
        var stream = _model.Embed(TorchMemory.Upload(tokens, _model.Device), length);
        for (var layer = 0; layer < site.Layer; layer++)
        {
            stream = _model.Layer(stream, layer, length);
        }

        switch (site.Kind)
        {
            case SiteKind.ResidPre:
                return (stream, stream, null);
            case SiteKind.ResidPost:
                stream = _model.Layer(stream, site.Layer, length);
                return (stream, stream, null);
            case SiteKind.MlpIn or SiteKind.MlpNorm or SiteKind.ResidMid:
                var after = _model.Attention(stream, site.Layer, length);
                return (_model.NeuronInput(site, stream, after), after, null);
            default:
                var middle = _model.Attention(stream, site.Layer, length);
                var neurons = _model.Neurons(stream, middle, site.Layer);
                return (
                    site.Kind == SiteKind.MlpPost ? neurons : _model.FromNeurons(neurons, site.Layer), middle, input is null ? null : _model.NeuronInput(input, stream, middle));
        }
    }

    /// <summary>From a site's activations to the last layer norm's output.</summary>
    private Tensor FromSite(Begun begun, Tensor activations) => _model.FinalNorm(ToEnd(begun.Site, begun.Length, activations, begun.Residual));

    /// <summary>From a site's activations to the residual stream after the last layer.</summary>
    private Tensor ToEnd(Site site, int length, Tensor activations, Tensor residual)
    {
        var stream = site.Kind switch
        {
            SiteKind.MlpPost => residual.add(_model.FromNeurons(activations, site.Layer), Scalars.One),
            SiteKind.MlpOut => residual.add(activations, Scalars.One),
            _ => activations,
        };
        for (var layer = site.Kind == SiteKind.ResidPre ? site.Layer : site.Layer + 1; layer < _host.Config.Layers; layer++)
        {
            stream = _model.Layer(stream, layer, length);
        }

        return stream;
    }

    private Tensor Edited(Begun begun, SiteEdit? edit)
    {
        var x = begun.Activations;
        switch (edit)
        {
            case null:
                return x;
            case HostEdit host:
                return ByTheHost(x, begun.Rows, host);
            case ConstantEdit constant:
                return Vector(constant.Vector).expand(x.shape);
            case DirectionEdit direction:
                return x.add(Vector(direction.Direction), alpha: Scalars.Of(direction.Strength));
            case RemovalEdit removal:
                return TorchDictionaryEncoder.Of(removal.Dictionary).Without(begun.Input ?? x, x, removal.Feature);
            case ReconstructionEdit reconstruction:
                return TorchDictionaryEncoder.Of(reconstruction.Dictionary).Reconstruct(begun.Input ?? x, x);
            default:
                throw new ArgumentException($"{edit.GetType().Name} is no kind of edit that libtorch's back end knows.", nameof(edit));
        }

        Tensor Vector(float[] values)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, (int)x.shape[1]);
            fixed (float* pointer = values)
            {
                return TorchMemory.Upload(pointer, _model.Device, values.Length);
            }
        }
    }

    private Tensor ByTheHost(Tensor x, int rows, HostEdit edit)
    {
        using var host = new FloatBuffer(x.NumberOfElements);
        TorchMemory.Download(x, host.Pointer);
        edit.Apply(host.Pointer, rows);
        return TorchMemory.Upload(host.Pointer, _model.Device, x.shape);
    }

    private Tensor LogProbabilities(Tensor state, int first, int count) => _model.Logits(state.narrow(0, first, count)).log_softmax(1);

    private static Tensor Losses(Tensor log, Tensor targets, int first, int count) => log.gather(1, targets.narrow(0, first, count).unsqueeze(1)).squeeze(1).neg();

    /// <summary>Runs over the rows in parts whose logits fit.</summary>
    private void InParts(int rows, int figures, Func<int, int, float[]> part, Span<float> results)
    {
        for (var first = 0; first < rows;)
        {
            using var scope = NewDisposeScope();
            var start = first;
            var computed = TorchOutOfMemoryException.Retry(() => part(start, Math.Min(rows - start, RowsOfAPart(rows))), ShrinkPart, TooLittleMemory);
            computed.CopyTo(results[(first * figures)..]);
            first += computed.Length / figures;
        }
    }

    // Two distributions, and what their comparison needs.
    private int RowsOfAPart(int rows) => (int)Math.Clamp(_partBytes / BytesOfARow, 1, rows);

    private long BytesOfARow => 4L * _host.Config.VocabularySize * sizeof(float);

    private bool ShrinkPart() => (_partBytes /= 2) >= BytesOfARow;

    private string TooLittleMemory() => $"{_backend.Info.Device} has too little memory for the logits of one token of {_host.Config.VocabularySize:N0}: use another device.";

    private Begun Begin(ReadOnlySpan<int> targets)
    {
        var begun = _begun ?? throw new InvalidOperationException("Call Begin first.");
        ArgumentOutOfRangeException.ThrowIfNotEqual(targets.Length, begun.Rows);
        _host.CheckTokens(targets);
        return begun;
    }

    /// <summary>What Begin leaves; the state without an edit once it is known.</summary>
    private sealed class Begun(Site site, int windows, int length, Tensor activations, Tensor residual) : IDisposable
    {
        public Site Site => site;

        public int Length => length;

        public int Rows => windows * length;

        public Tensor Activations => activations;

        public Tensor Residual => residual;

        public Tensor? Input { get; init; }

        public Tensor? State { get; set; }

        public void Dispose()
        {
            activations.Dispose();
            residual.Dispose();
            Input?.Dispose();
            State?.Dispose();
        }
    }
}
