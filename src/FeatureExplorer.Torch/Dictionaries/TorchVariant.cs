using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary>
/// What differs between the kinds of dictionaries, as operations on whole tensors [rows, m]. Unless a kind says otherwise, it is <c>paper-2023</c>:
/// f = ReLU(p), penalty Σ f.
/// </summary>
internal class TorchVariant(DictionaryVariant variant) : IDisposable
{
    /// <summary>Architecture and training rule.</summary>
    public DictionaryVariant Variant { get; } = variant;

    /// <summary>Tensors of [rows, m] floats that a part of the batch needs at its peak, masks included.</summary>
    public virtual int Wide => 3;

    /// <summary>Whether rows compete with each other, so that what is kept has to be known before the first part: <see cref="Select"/>.</summary>
    public virtual bool SelectsTogether => false;

    /// <summary>The kernel of a variant.</summary>
    public static TorchVariant Of(DictionaryVariant variant) => variant.Options.Variant switch
    {
        DictionaryVariants.April2024 => new TorchApril2024(variant),
        DictionaryVariants.TopK => new TorchTopK(variant),
        DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka => new TorchBatchTopK(variant),
        DictionaryVariants.JumpRelu => new TorchJumpRelu(variant),
        DictionaryVariants.Gated => new TorchGated(variant),
        _ => new TorchVariant(variant),
    };

    /// <summary>Called before each batch.</summary>
    public virtual void Prepare(TorchTensors parameters)
    {
    }

    /// <summary>Called before the first part of a batch, with the pre-activations of each part in turn, where <see cref="SelectsTogether"/>.</summary>
    /// <param name="pre">[part, m].</param>
    /// <param name="rows">Rows of the whole batch.</param>
    public virtual void Select(Tensor pre, int rows)
    {
    }

    /// <summary>f [rows, m], and the penalty summed over rows and features, without λ. Overwrites <paramref name="pre"/> where <see cref="Backward"/> does not need it.</summary>
    public virtual (Tensor F, Tensor Penalty) Activate(Tensor pre)
    {
        var f = pre.relu_();
        return (f, f.sum());
    }

    /// <summary>f that decodes to a second x̂, whose error is the auxiliary loss with the decoder held fixed; null: none.</summary>
    public virtual Tensor? Second(Tensor pre) => null;

    /// <summary>δ = ∂L/∂p, from R · d and in its place; adds the gradients of the kind's own numbers but for b_enc, which <see cref="BiasGradient"/> gives.</summary>
    /// <param name="pre">What <see cref="Activate"/> left of p.</param>
    /// <param name="f">f.</param>
    /// <param name="active">f &gt; 0.</param>
    /// <param name="dots">R · d, [rows, m].</param>
    /// <param name="secondDots">R · d of the second x̂; or null.</param>
    /// <param name="penalty">λ / batch.</param>
    /// <param name="gradients">Where the kind's own numbers' go.</param>
    public virtual Tensor Backward(Tensor pre, Tensor f, Tensor active, Tensor dots, Tensor? secondDots, float penalty, TorchTensors gradients) =>
        dots.add_(Scalars.Of(penalty), Scalars.One).mul_(active);

    /// <summary>∂L/∂b_enc from Σ δ over the batch [m].</summary>
    public virtual Tensor BiasGradient(Tensor delta) => delta;

    /// <summary>Adds what a penalty on W_dec itself gives its gradient.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">The gradients, complete but for this.</param>
    /// <param name="activations">Σ f over the batch, [m].</param>
    /// <param name="penalty">λ / batch.</param>
    public virtual void AddDecoderPenalty(TorchTensors parameters, TorchTensors gradients, Tensor activations, float penalty)
    {
    }

    /// <summary>The k largest entries of each row, those above 0; the others 0.</summary>
    public static Tensor Largest(Tensor pre, int keep)
    {
        var (values, at) = pre.topk(keep, dim: 1, largest: true, sorted: false);
        return zeros_like(pre).scatter_(1, at, values.relu_());
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
