using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary><c>jumprelu</c>: f = p · H(p − θ), the penalty is the number of active features, and θ learns from a rectangle of width ε about the jump.</summary>
internal sealed class TorchJumpRelu(DictionaryVariant variant) : TorchVariant(variant)
{
    private Tensor? _thresholds;
    private float _bandwidth;

    public override int Wide => 5;

    public override void Prepare(TorchTensors parameters)
    {
        _thresholds?.Dispose();
        _thresholds = parameters.Extras.select(0, 0).exp().DetachFromDisposeScope();
        _bandwidth = Variant.Options.Bandwidth * MathF.Sqrt(parameters.WEnc.shape[1]);
    }

    public override (Tensor F, Tensor Penalty) Activate(Tensor pre)
    {
        var open = pre.gt(_thresholds!);
        return (pre.mul(open), open.sum());
    }

    public override Tensor Backward(Tensor pre, Tensor f, Tensor active, Tensor dots, Tensor? secondDots, float penalty, TorchTensors gradients)
    {
        var near = pre.add_(_thresholds!, Scalars.MinusOne).abs_().lt(Scalars.Of(_bandwidth / 2));
        var towards = dots.mul(_thresholds!).add_(Scalars.Of(penalty), Scalars.One).mul_(near).sum(dim: 0);
        gradients.Extras.select(0, 0).addcmul_(towards, _thresholds!, value: Scalars.Of(-1 / _bandwidth));
        return dots.mul_(active);
    }

    protected override void Dispose(bool disposing)
    {
        _thresholds?.Dispose();
        base.Dispose(disposing);
    }
}
