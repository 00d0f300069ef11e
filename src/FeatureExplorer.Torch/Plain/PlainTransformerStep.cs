using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Torch.Library;
using FeatureExplorer.Torch.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FeatureExplorer.Torch.Plain;

/// <summary>A step of a transformer: cross-entropy of all logits at once, automatic differentiation, clip_grad_norm_ and AdamW.</summary>
internal sealed class PlainTransformerStep : ITransformerStep
{
    private readonly TransformerModel _host;
    private readonly TransformerTrainingOptions _options;
    private readonly TorchModel _model;
    private readonly Parameter[] _parameters;
    private readonly optim.Optimizer _adam;

    public PlainTransformerStep(TorchBackend backend, TransformerModel model, TransformerTrainingOptions options)
    {
        (_host, _options) = (model, options);
        _model = new TorchModel(backend, model, training: true);
        _parameters = [.. _model.Items.Select(item => (Parameter)_model[item.Name])];
        _adam = optim.AdamW(
            [Group(matrices: true, options.WeightDecay), Group(matrices: false, 0)], options.LearningRate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay);
    }

    public (double Loss, double Norm) ComputeGradient(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, int windows, int length)
    {
        using var scope = NewDisposeScope();
        _adam.zero_grad();
        var (x, y) = (TorchMemory.Upload(tokens, _model.Device), TorchMemory.Upload(targets, _model.Device));
        var stream = _model.Embed(x, length);
        for (var layer = 0; layer < _host.Config.Layers; layer++)
        {
            stream = _model.Layer(stream, layer, length);
        }

        var loss = functional.cross_entropy(_model.Logits(_model.FinalNorm(stream)), y);
        loss.backward();
        var norm = torch.nn.utils.clip_grad_norm_(_parameters, _options.ClipNorm);
        return (loss.item<float>(), norm);
    }

    public void Update(float learningRate, long step)
    {
        foreach (var group in _adam.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        using var scope = NewDisposeScope();
        _adam.step();
    }

    public void Publish() => _model.Store(_host.Parameters);

    public IReadOnlyList<NamedTensor> Moments(string first, string second) => throw new NotSupportedException("The plain step trains, and nothing else.");

    public void Restore(SafetensorsFile file, string first, string second) => throw new NotSupportedException("The plain step trains, and nothing else.");

    public void Dispose()
    {
        _adam.Dispose();
        _model.Dispose();
    }

    private AdamW.ParamGroup Group(bool matrices, double decay) => new(
        _model.Items.Where(item => item.IsMatrix == matrices).Select(item => (Parameter)_model[item.Name]), new AdamW.Options { weight_decay = decay });
}
