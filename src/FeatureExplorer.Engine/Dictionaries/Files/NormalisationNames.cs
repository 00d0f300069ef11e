namespace FeatureExplorer.Engine.Dictionaries.Files;

/// <summary>SAELens' names of <see cref="RowNormalisation"/>, under the key <c>normalize_activations</c>.</summary>
internal static class NormalisationNames
{
    /// <summary>Of the configuration, and of the tensor that tells our own weights apart from those of the same numbers without it.</summary>
    public const string Key = "normalize_activations";

    public const string LayerNorm = "layer_norm";

    public const string Norm = "constant_norm_rescale";

    /// <summary>The name of a normalisation.</summary>
    public static string Of(RowNormalisation normalisation) => normalisation switch
    {
        RowNormalisation.LayerNorm => LayerNorm,
        RowNormalisation.Norm => Norm,
        _ => "none",
    };

    /// <summary>The normalisation of a name; none for any other.</summary>
    public static RowNormalisation Read(string? name) => name switch
    {
        LayerNorm => RowNormalisation.LayerNorm,
        Norm => RowNormalisation.Norm,
        _ => RowNormalisation.None,
    };
}
