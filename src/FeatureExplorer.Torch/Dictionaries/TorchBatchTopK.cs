using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary>
/// <c>batchtopk</c> and <c>matryoshka</c>: the k · batch largest entries of all rows. The parts of a batch are looked through first; what stays is every entry
/// that reaches the smallest of the largest, so that of several equal ones all stay.
/// </summary>
internal sealed class TorchBatchTopK(DictionaryVariant variant) : TorchTopK(variant)
{
    private Tensor? _largest;

    public override bool SelectsTogether => true;

    public override void Prepare(TorchTensors parameters)
    {
        _largest?.Dispose();
        _largest = null;
    }

    /// <summary>Keeps the largest entries of the parts so far.</summary>
    public override void Select(Tensor pre, int rows)
    {
        var keep = (long)Variant.Options.K * rows;
        using var scope = NewDisposeScope();
        var positive = pre.masked_select(pre.gt(Scalars.Zero));
        var candidates = _largest is null ? positive : cat([_largest, positive]);
        if (candidates.NumberOfElements > keep)
        {
            (candidates, _) = candidates.topk((int)keep, dim: 0, largest: true, sorted: false);
        }

        _largest?.Dispose();
        _largest = candidates.DetachFromDisposeScope();
    }

    /// <summary>The smallest entry of the batch that stays; 0 when there is none.</summary>
    public float Least => _largest is { NumberOfElements: > 0 } largest ? largest.min().item<float>() : 0;

    public override (Tensor F, Tensor Penalty) Activate(Tensor pre)
    {
        var least = _largest!.NumberOfElements > 0 ? _largest.min() : tensor(float.PositiveInfinity, device: pre.device);
        return (pre.mul(pre.ge(least)), zeros(1, device: pre.device).select(0, 0));
    }

    protected override void Dispose(bool disposing)
    {
        _largest?.Dispose();
        base.Dispose(disposing);
    }
}
