using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary>What the parts of a batch share.</summary>
/// <param name="Rows">Rows of the whole batch.</param>
/// <param name="Lambda">λ in force.</param>
/// <param name="Dead">Dead features to be taught, ascending; or null.</param>
/// <param name="Totals">Sums of one part, [<see cref="Sums"/>].</param>
/// <param name="Delta">Σ δ over the batch, [m].</param>
/// <param name="Activations">Σ f over the batch, [m].</param>
internal sealed record TorchBatch(int Rows, float Lambda, Tensor? Dead, Tensor Totals, Tensor Delta, Tensor Activations)
{
    /// <summary>Number of sums.</summary>
    public const int Sums = 4;

    /// <summary>Σ ‖x − x̂‖².</summary>
    public const int Squares = 0;

    /// <summary>The same over all nested dictionaries.</summary>
    public const int Errors = 1;

    /// <summary>Σ of the penalty, without λ.</summary>
    public const int Penalties = 2;

    /// <summary>Σ of the auxiliary square error, without its weight.</summary>
    public const int Auxiliary = 3;
}
