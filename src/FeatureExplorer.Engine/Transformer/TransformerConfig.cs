namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// Sizes of a decoder-only transformer: pre-LayerNorm, learned positions, causal attention, ReLU feed-forward, untied unembedding
/// without bias. The defaults are those of the paper's one-layer models, with a smaller context and vocabulary.
/// </summary>
public sealed record TransformerConfig
{
    public int Layers { get; init; } = 1;

    /// <summary>Width of the residual stream.</summary>
    public int DModel { get; init; } = 128;

    /// <summary>Neurons of each feed-forward layer: n of a dictionary on them.</summary>
    public int DMlp { get; init; } = 512;

    public int Heads { get; init; } = 4;

    /// <summary>Longest window in tokens.</summary>
    public int Context { get; init; } = 256;

    /// <summary>Number of token ids, at most 65,536.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Added to the variance in every LayerNorm.</summary>
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    public int HeadSize => DModel / Heads;

    /// <exception cref="ArgumentException">A size is impossible; the message names it.</exception>
    public void Validate()
    {
        RequireBetween(Layers, 1, 1000, nameof(Layers));
        RequireBetween(DModel, 1, 1 << 16, nameof(DModel));
        RequireBetween(DMlp, 1, 1 << 18, nameof(DMlp));
        RequireBetween(Heads, 1, DModel, nameof(Heads));
        RequireBetween(Context, 1, 1 << 20, nameof(Context));
        RequireBetween(VocabularySize, 1, 1 << 16, nameof(VocabularySize));
        if (DModel % Heads != 0)
        {
            throw new ArgumentException($"{nameof(DModel)} {DModel} cannot be divided among {Heads} heads: choose a multiple.");
        }
        if (!(LayerNormEpsilon > 0 && float.IsFinite(LayerNormEpsilon)))
        {
            throw new ArgumentException($"{nameof(LayerNormEpsilon)} {LayerNormEpsilon} is not a small positive number.");
        }
    }

    private static void RequireBetween(int value, int low, int high, string name)
    {
        if (value < low || value > high)
        {
            throw new ArgumentException($"{name} is {value}; it must be from {low} to {high}.");
        }
    }
}
