using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Torch.Dictionaries;
using FeatureExplorer.Torch.Library;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FeatureExplorer.Torch.Plain;

/// <summary>
/// A step of <c>paper-2023</c>: x̄ = x − b_dec, f = ReLU(W_enc x̄ + b_enc), x̂ = W_decᵀ f + b_dec, loss mean (x̂ − x)² + λ · mean over rows of Σ f; decoder rows of
/// length 1 without the parallel part of their gradient; how often each feature fires, for the dead ones.
/// </summary>
internal sealed class PlainDictionaryStep : IDictionaryStep
{
    private readonly TorchBackend _backend;
    private readonly DictionaryState _host;
    private readonly TorchTensors _start;
    private Parameter[] _parameters = [];
    private optim.Optimizer? _adam;
    private int[] _fired;

    public PlainDictionaryStep(TorchBackend backend, int inputs, DictionaryVariant variant)
    {
        _backend = backend;
        _host = new DictionaryState(inputs, variant.Options.Features, 0);
        _start = new TorchTensors(inputs, variant.Options.Features, 0, backend.Device);
        _fired = new int[variant.Options.Features];
        Upload();
    }

    public ReadOnlySpan<int> Fired => _fired;

    public bool WasDense { get; set; } = true;

    /// <summary>∂L/∂ of W_enc [m, n], b_enc, W_dec [m, n], b_dec.</summary>
    public IEnumerable<Tensor> Gradients => _parameters.Select(static parameter => parameter.grad!);

    public StepLosses ComputeGradients(Rows x, int rows, float scale, float lambda, int[]? dead = null)
    {
        using var scope = NewDisposeScope();
        var (wEnc, bEnc, wDec, bDec) = (_parameters[0], _parameters[1], _parameters[2], _parameters[3]);
        _adam!.zero_grad();
        var batch = TorchRows.Of(x).narrow(0, 0, rows);
        batch = scale == 1 ? batch : batch * scale;
        var f = functional.relu(functional.linear(batch - bDec, wEnc, bEnc));
        var error = f.matmul(wDec) + bDec - batch;
        var mse = error.mul(error).mean();
        var penalty = lambda * f.sum(1).mean();
        (mse + penalty).backward();
        using var off = no_grad();
        _fired = TorchMemory.Integers((f > 0).sum(0, type: int32));
        var reconstruction = mse.item<float>();
        return new StepLosses(reconstruction, reconstruction, penalty.item<float>(), 0, _fired.Sum(static count => (long)count), Dense: true);
    }

    public void Update(AdamSettings settings, long step, double clipNorm = 0)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        foreach (var group in _adam!.ParamGroups)
        {
            group.LearningRate = settings.LearningRate;
        }

        var (wDec, gradient) = (_parameters[2], _parameters[2].grad!);
        gradient.sub_((gradient * wDec).sum(1, keepdim: true) * wDec);
        _adam.step();
        wDec.div_(wDec.norm(1, keepdim: true));
    }

    public double[] Losses(VectorSample x, float lambda) => throw new NotSupportedException("The plain step trains, and nothing else.");

    /// <summary>The parameters as they are now; the optimizer keeps its moments.</summary>
    public DictionaryState Download()
    {
        using var off = no_grad();
        foreach (var (tensor, parameter) in _start.All.Zip(_parameters))
        {
            tensor.copy_(parameter);
        }

        _start.Store(_host.Parameters);
        return _host;
    }

    public void Upload()
    {
        _start.Load(_host.Parameters);
        Release();
        _parameters = [.. _start.All.Take(4).Select(static tensor => new Parameter(tensor.clone()))];
        _adam = optim.Adam(_parameters);
    }

    public void Dispose()
    {
        Release();
        _start.Dispose();
        _host.Dispose();
    }

    private void Release()
    {
        _adam?.Dispose();
        foreach (var parameter in _parameters)
        {
            parameter.Dispose();
        }
    }
}
