using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Engine.Backends.Cpu.Variants;

/// <summary>
/// What differs between the kinds of dictionaries in the CPU's steps, which share the encoder's product, decoding, sorting by feature and weight gradients.
/// Unless a kind says otherwise, it is <c>paper-2023</c>. A row's list holds pre-activations until <see cref="Activate"/>, activations after it.
/// </summary>
internal unsafe class CpuVariant(DictionaryVariant variant)
{
    /// <summary>Architecture and training rule.</summary>
    public DictionaryVariant Variant { get; } = variant;

    /// <summary>Whether <see cref="DenseGradient"/> knows the variant, for steps with many active features.</summary>
    public virtual bool HasDensePath => Variant.Options.Variant == DictionaryVariants.Paper2023;

    /// <summary>What every pre-activation must exceed to be listed, besides <see cref="Limits"/>.</summary>
    public virtual float Floor => 0;

    /// <summary>What each feature's pre-activation must exceed to be listed [m]; empty: 0.</summary>
    public virtual ReadOnlySpan<float> Limits => [];

    /// <summary>What each feature's f is multiplied by in the penalty [m]; empty: 1.</summary>
    public virtual ReadOnlySpan<float> PenaltyWeights => [];

    /// <summary>Whether <see cref="SparseRow.Extra"/> decodes to a second x̂, whose error is the auxiliary loss.</summary>
    public virtual bool DecodesExtra => false;

    /// <summary>The kernel of a variant.</summary>
    public static CpuVariant Of(DictionaryVariant variant) => variant.Options.Variant switch
    {
        DictionaryVariants.April2024 => new CpuApril2024(variant),
        DictionaryVariants.TopK or DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka => new CpuTopK(variant),
        DictionaryVariants.JumpRelu => new CpuJumpRelu(variant),
        DictionaryVariants.Gated => new CpuGated(variant),
        _ => new CpuVariant(variant),
    };

    /// <summary>Called before each batch.</summary>
    public virtual void Prepare(DictionaryTensors parameters)
    {
    }

    /// <summary>Turns a row's pre-activations into activations. Returns its penalty, without λ.</summary>
    public virtual double Activate(SparseRow row)
    {
        var weights = PenaltyWeights;
        var sum = 0.0;
        for (var k = 0; k < row.Count; k++)
        {
            sum += weights.IsEmpty ? row.Values[k] : row.Values[k] * weights[row.Features[k]];
        }

        return sum;
    }

    /// <summary>
    /// Turns R · d in a row's gradients into δ = ∂L/∂(e · x̄), with d and e the feature's rows of W_dec and W_enc; what further parameters need goes
    /// to <see cref="SparseRow.Extra"/>.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="penalty">λ / batch.</param>
    /// <param name="extraDots">R · d of the second x̂, where the variant has one.</param>
    public virtual void Backward(SparseRow row, float penalty, float* extraDots)
    {
        var weights = PenaltyWeights;
        for (var k = 0; k < row.Count; k++)
        {
            row.Gradients[k] += weights.IsEmpty ? penalty : penalty * weights[row.Features[k]];
        }
    }

    /// <summary>The gradients of a feature's own numbers: b_enc, unless the variant has more.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="entries">All its entries.</param>
    /// <param name="delta">The sum of their δ.</param>
    /// <param name="gradients">Where they go.</param>
    public virtual void SumFeature(int feature, SparseRow entries, float delta, DictionaryTensors gradients) => gradients.BEnc[feature] = delta;

    /// <summary>Adds what a penalty on W_dec itself gives its gradient.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">The gradients, complete but for this.</param>
    /// <param name="activations">Σ f of each feature over the batch.</param>
    /// <param name="penalty">λ / batch.</param>
    public virtual void AddDecoderPenalty(DictionaryTensors parameters, DictionaryTensors gradients, float[] activations, float penalty)
    {
    }
}
