namespace FeatureExplorer.Analysis.Statistics;

/// <summary>One activation with the tokens around it.</summary>
/// <param name="Position">Position of the centre token in the held-out token stream.</param>
/// <param name="Document">Number of the document in the held-out split; −1 where it is not known.</param>
/// <param name="Domain">The document's domain, or null where the corpus has none.</param>
/// <param name="Centre">Index of the centre token in <paramref name="Tokens"/>.</param>
/// <param name="Tokens">Token ids of the window; it never crosses the document's ends.</param>
/// <param name="Activations">The feature's activation on each token of the window, 0 where it does not fire.</param>
public sealed record Example(
    long Position, int Document, string? Domain, int Centre, IReadOnlyList<int> Tokens, IReadOnlyList<float> Activations)
{
    /// <summary>Activation on the centre token.</summary>
    public float Activation => Activations[Centre];

    /// <summary>True where the source shows the same activation in an earlier group, too.</summary>
    public bool Repeated { get; init; }

    /// <summary>What taking the feature out does, where it came with the example.</summary>
    public ExampleAblation? Ablation { get; init; }
}
