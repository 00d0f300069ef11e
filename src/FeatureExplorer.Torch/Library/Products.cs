using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Library;

/// <summary>Matrix products in the chosen precision, float32 in and out.</summary>
internal sealed class Products(TorchPrecision precision)
{
    public TorchPrecision Precision { get; } = precision;

    /// <summary>Products in float32 until it is disposed, for small differences of large numbers; only libtorch's own functions, not those of this class.</summary>
    public static Exactness Exact() => new();

    /// <summary>a b.</summary>
    public Tensor Multiply(Tensor a, Tensor b) => Precision == TorchPrecision.Bf16 ? mm(a.to(bfloat16), b.to(bfloat16)).to(float32) : mm(a, b);

    /// <summary>bias + a b, the bias added to every row.</summary>
    public Tensor Affine(Tensor bias, Tensor a, Tensor b) => Precision == TorchPrecision.Bf16 ? Multiply(a, b).add_(bias, Scalars.One) : addmm(bias, a, b, 1, 1);

    /// <summary>sum += a b.</summary>
    public void Add(Tensor sum, Tensor a, Tensor b)
    {
        if (Precision == TorchPrecision.Bf16)
        {
            sum.add_(Multiply(a, b), Scalars.One);
        }
        else
        {
            sum.addmm_(a, b, 1, 1);
        }
    }

    /// <summary>Products of a card without TF32 while it is there. One thread at a time uses a back end's products.</summary>
    public sealed class Exactness : IDisposable
    {
        private readonly bool _tf32 = backends.cuda.matmul.allow_tf32;

        public Exactness() => Set(false);

        public void Dispose() => Set(_tf32);

        private void Set(bool allowed)
        {
            if (_tf32)
            {
                backends.cuda.matmul.allow_tf32 = allowed;
            }
        }
    }
}
