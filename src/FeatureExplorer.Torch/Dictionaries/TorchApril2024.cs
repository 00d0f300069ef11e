using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary><c>april-2024</c>: the penalty of a feature is weighted with the length of its decoder row.</summary>
internal sealed class TorchApril2024(DictionaryVariant variant) : TorchVariant(variant)
{
    private Tensor? _norms;

    public override int Wide => 4;

    public override void Prepare(TorchTensors parameters)
    {
        _norms?.Dispose();
        _norms = TorchAdam.Norms(parameters.WDec).DetachFromDisposeScope();
    }

    public override (Tensor F, Tensor Penalty) Activate(Tensor pre)
    {
        var f = pre.relu_();
        return (f, f.sum(dim: 0).dot(_norms!));
    }

    public override Tensor Backward(Tensor pre, Tensor f, Tensor active, Tensor dots, Tensor? secondDots, float penalty, TorchTensors gradients) =>
        dots.add_(_norms!, alpha: Scalars.Of(penalty)).mul_(active);

    /// <summary>∂/∂d_i of λ / batch · Σ f_i ‖d_i‖; a row of length 0 has none.</summary>
    public override void AddDecoderPenalty(TorchTensors parameters, TorchTensors gradients, Tensor activations, float penalty)
    {
        var weights = activations.div(_norms!).masked_fill_(_norms!.eq(Scalars.Zero), Scalars.Zero).mul_(Scalars.Of(penalty));
        gradients.WDec.addcmul_(parameters.WDec, weights.unsqueeze(1), value: Scalars.One);
    }

    protected override void Dispose(bool disposing)
    {
        _norms?.Dispose();
        base.Dispose(disposing);
    }
}
