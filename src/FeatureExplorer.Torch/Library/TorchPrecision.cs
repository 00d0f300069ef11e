namespace FeatureExplorer.Torch.Library;

/// <summary>Precision of the matrix products; parameters, moments and sums are float32 with all of them.</summary>
public enum TorchPrecision
{
    /// <summary>Full single precision.</summary>
    Float32,

    /// <summary>Ten bits of mantissa in the factors, on cards that have it.</summary>
    Tf32,

    /// <summary>Factors rounded to bfloat16, seven bits of mantissa.</summary>
    Bf16,
}
