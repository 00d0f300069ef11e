namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>What a transcoder's files have that an autoencoder's have not. With s the scale of its inputs and s′ that of its outputs: s′ ŷ = Σ f d + b_dec + W_skip s x.</summary>
/// <param name="Outputs">n′.</param>
internal sealed record ForeignTranscoder(int Outputs)
{
    /// <summary>W_skip, whose rows are outputs: [n′, n], or inputs: [n, n′]; null where there is none.</summary>
    public ForeignMatrix? Skip { get; init; }

    /// <summary>s′.</summary>
    public float OutputScale { get; init; } = 1;
}
