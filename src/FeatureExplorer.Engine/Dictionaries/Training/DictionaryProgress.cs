namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>Where a training stands; averages are over the steps since the last report.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps of the run.</param>
/// <param name="MeanSquaredError"><c>mse</c>, per input, on the scale of training.</param>
/// <param name="L1">The sparsity loss with the λ in force: λ · Σ f, or what the variant has instead.</param>
/// <param name="Lambda">λ in force.</param>
/// <param name="L0">Mean number of active features.</param>
/// <param name="Dead">Features that have not fired within the window.</param>
/// <param name="Resampled">Features resampled so far.</param>
/// <param name="SamplesPerSecond">Since the start of the training.</param>
public sealed record DictionaryProgress(
    long Step, long Steps, double MeanSquaredError, double L1, float Lambda, double L0, int Dead, int Resampled, double SamplesPerSecond)
{
    /// <summary>Samples per second since the last report.</summary>
    public double Pace { get; init; }

    /// <summary>The auxiliary loss, of the variants that have one.</summary>
    public double Auxiliary { get; init; }
}
