namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>The kinds of dictionary that can be trained, by the names that settings, files and pages use. One file each in <c>Variants/</c>.</summary>
public static class DictionaryVariants
{
    /// <summary>ReLU, decoder rows of length 1, L1, resampling of dead features (Bricken et al. 2023).</summary>
    public const string Paper2023 = "paper-2023";

    /// <summary>ReLU, free decoder, L1 weighted by the decoder's norms (Anthropic, Circuits Updates, April 2024).</summary>
    public const string April2024 = "april-2024";

    /// <summary>The k largest of each vector, dead features learn from the residual (Gao et al. 2024).</summary>
    public const string TopK = "topk";

    /// <summary>The k · batch largest of each batch; a threshold at inference (Bussmann et al. 2024).</summary>
    public const string BatchTopK = "batchtopk";

    /// <summary>A learnt threshold for each feature and an L0 penalty (Rajamanoharan et al. 2024).</summary>
    public const string JumpRelu = "jumprelu";

    /// <summary>A gate that decides and a magnitude that measures (Rajamanoharan et al. 2024).</summary>
    public const string Gated = "gated";

    /// <summary>Nested dictionaries, each a prefix of the next (Bussmann et al. 2025).</summary>
    public const string Matryoshka = "matryoshka";

    /// <summary>All of them, the default first.</summary>
    public static IReadOnlyList<string> All { get; } = [Paper2023, April2024, TopK, BatchTopK, JumpRelu, Gated, Matryoshka];
}
