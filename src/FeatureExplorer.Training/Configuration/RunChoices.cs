using FeatureExplorer.Engine.Dictionaries;

namespace FeatureExplorer.Training.Configuration;

/// <summary>The names that a configuration may use, each with what it means.</summary>
public static class RunChoices
{
    public const string Paper2023 = DictionaryVariants.Paper2023;

    public const string MlpPost = "mlp.post";

    /// <summary>Training recipes of dictionaries.</summary>
    public static IReadOnlyList<Choice> Variants { get; } =
    [
        new(Paper2023, "ReLU with an L1 penalty and resampling of dead features (Bricken et al. 2023)", false),
        new(DictionaryVariants.April2024, "ReLU with the penalty weighted by the decoder's norms (Anthropic, April 2024)", false),
        new(DictionaryVariants.TopK, "the k largest activations of each token (Gao et al. 2024)", true),
        new(DictionaryVariants.BatchTopK, "the k largest per token over a whole batch (Bussmann et al. 2024)", true),
        new(DictionaryVariants.JumpRelu, "a learnt threshold for each feature (Rajamanoharan et al. 2024)", false),
        new(DictionaryVariants.Gated, "a gate decides whether, a magnitude how much (Rajamanoharan et al. 2024)", false),
        new(DictionaryVariants.Matryoshka, "nested dictionaries, each a prefix of the next (Bussmann et al. 2025)", true),
    ];

    /// <summary>Places in the transformer where activations are read.</summary>
    public static IReadOnlyList<Choice> Sites { get; } =
    [
        new(MlpPost, "the neurons of the feed-forward layer after their ReLU, as in the paper", false),
        new("mlp.out", "what the feed-forward layer adds to the residual stream", false),
        new("resid.pre", "the residual stream before a layer", false),
        new("resid.post", "the residual stream after a layer", false),
    ];

    /// <summary>Whether a recipe sets the number of active features by k instead of λ.</summary>
    public static bool FixesK(string variant) => Variants.Any(v => v.Name == variant && v.FixesK);

    /// <summary>Why a recipe takes no k or no λ, with those that do; null when it takes it.</summary>
    /// <param name="variant">The recipe.</param>
    /// <param name="k">True for k, false for λ and its warm-up.</param>
    public static string? Ignores(string variant, bool k) =>
        Variants.All(v => v.Name != variant) || FixesK(variant) == k ? null
        : $"{variant} {(k ? "does not fix k" : "has no λ, but fixes k")}: leave it out, or choose the recipe {string.Join(", ", Variants.Where(v => v.FixesK == k).Select(v => v.Name))}.";

    /// <param name="Name">As configurations write it.</param>
    /// <param name="Meaning">In a few words.</param>
    /// <param name="FixesK">For a recipe: whether the number of active features is set by k instead of λ.</param>
    public sealed record Choice(string Name, string Meaning, bool FixesK);
}
