using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Variants;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary>
/// <c>gated</c>: π = u + b_gate opens a feature, ReLU(u exp(r_mag) + b_mag) is its strength; the gates learn from the penalty Σ ReLU(π) and from what ReLU(π)
/// decodes to, with the decoder held fixed. b_gate lies where other variants have b_enc.
/// </summary>
internal sealed class TorchGated(DictionaryVariant variant) : TorchVariant(variant)
{
    private Tensor? _gains;
    private Tensor? _gateBias;
    private Tensor? _magnitudeBias;
    private Tensor? _gateGradient;

    public override int Wide => 7;

    public override void Prepare(TorchTensors parameters)
    {
        Dispose(true);
        _gains = parameters.Extras.select(0, Gated.RMag).exp().DetachFromDisposeScope();
        _gateBias = parameters.BEnc.alias().DetachFromDisposeScope();
        _magnitudeBias = parameters.Extras.select(0, Gated.BMag).alias().DetachFromDisposeScope();
        _gateGradient = zeros_like(parameters.BEnc).DetachFromDisposeScope();
    }

    public override (Tensor F, Tensor Penalty) Activate(Tensor pre)
    {
        var f = pre.add(_gateBias!, Scalars.MinusOne).mul_(_gains!).add_(_magnitudeBias!, Scalars.One).relu_().mul_(pre.gt(Scalars.Zero));
        return (f, pre.relu_().sum());
    }

    public override Tensor Second(Tensor pre) => pre;

    public override Tensor Backward(Tensor pre, Tensor f, Tensor active, Tensor dots, Tensor? secondDots, float penalty, TorchTensors gradients)
    {
        var magnitude = dots.mul_(active);
        gradients.Extras.select(0, Gated.BMag).add_(magnitude.sum(dim: 0), Scalars.One);
        // u exp(r_mag) = f − b_mag wherever the magnitude has a gradient.
        gradients.Extras.select(0, Gated.RMag).add_(f.add(_magnitudeBias!, Scalars.MinusOne).mul_(magnitude).sum(dim: 0), Scalars.One);
        var gate = secondDots!.add_(Scalars.Of(penalty), Scalars.One).mul_(pre.gt(Scalars.Zero));
        _gateGradient!.add_(gate.sum(dim: 0), Scalars.One);
        return magnitude.mul_(_gains!).add_(gate, Scalars.One);
    }

    public override Tensor BiasGradient(Tensor delta) => _gateGradient!;

    protected override void Dispose(bool disposing)
    {
        _gains?.Dispose();
        _gateBias?.Dispose();
        _magnitudeBias?.Dispose();
        _gateGradient?.Dispose();
        base.Dispose(disposing);
    }
}
