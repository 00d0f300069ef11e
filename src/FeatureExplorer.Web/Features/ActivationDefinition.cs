using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Training.Imports;

namespace FeatureExplorer.Web.Features;

/// <summary>How each recipe computes a feature's activation f, in a formula; p is the pre-activation, (x − b_dec) W_enc + b_enc. In all of them f ≥ 0.</summary>
public static class ActivationDefinition
{
    private const string Relu = "f = max(0, p)";

    /// <summary>The formula of a recipe; of one that is not known here, what holds of all.</summary>
    public static string Of(string variant) => variant switch
    {
        DictionaryVariants.Paper2023 or DictionaryVariants.April2024 or DictionaryImporter.Relu => Relu,
        DictionaryVariants.TopK => "f = max(0, p) for the k largest p of a token, else 0",
        DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka => Above("the dictionary's threshold"),
        DictionaryVariants.JumpRelu => Above("the feature's own threshold"),
        DictionaryVariants.Gated => "f = max(0, exp(r_mag) (p − b_enc) + b_mag) where p > 0, else 0",
        DictionaryImporter.MatchingPursuit => "one feature is taken at a time: the one of largest p = r · d, with r = x − b_dec at first; f gains p, and r loses p d",
        "identity" => "f = x: the neuron itself",
        _ => "f follows from p by the dictionary's own activation function",
    };

    private static string Above(string threshold) => $"f = p where p is above {threshold}, else 0";
}
