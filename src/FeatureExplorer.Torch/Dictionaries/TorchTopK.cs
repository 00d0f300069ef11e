using FeatureExplorer.Engine.Dictionaries;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary><c>topk</c>: the k largest of each row, no penalty.</summary>
internal class TorchTopK(DictionaryVariant variant) : TorchVariant(variant)
{
    public override int Wide => 4;

    public override (Tensor F, Tensor Penalty) Activate(Tensor pre) => (Largest(pre, Variant.Options.K), zeros(1, device: pre.device).select(0, 0));

    public override Tensor Backward(Tensor pre, Tensor f, Tensor active, Tensor dots, Tensor? secondDots, float penalty, TorchTensors gradients) => dots.mul_(active);
}
