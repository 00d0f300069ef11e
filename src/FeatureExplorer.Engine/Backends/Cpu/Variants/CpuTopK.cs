using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Engine.Backends.Cpu.Variants;

/// <summary><c>topk</c>, <c>batchtopk</c> and <c>matryoshka</c> on lists, which the encoder has cut to the largest: no penalty.</summary>
internal sealed unsafe class CpuTopK(DictionaryVariant variant) : CpuVariant(variant)
{
    public override double Activate(SparseRow row) => 0;

    public override void Backward(SparseRow row, float penalty, float* extraDots)
    {
        // Without a penalty, and with every listed pre-activation above 0, δ is ∂L/∂f.
    }
}
