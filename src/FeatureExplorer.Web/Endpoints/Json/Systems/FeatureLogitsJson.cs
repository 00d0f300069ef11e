using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Systems;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>A feature as a direction of the logit update.</summary>
/// <param name="Id">Such as "A/1/5".</param>
/// <param name="Promoted">The tokens whose logits it raises most.</param>
/// <param name="Suppressed">The tokens whose logits it lowers most.</param>
/// <param name="Unread">Share of its direction that nothing reads; null where the site has no such directions.</param>
/// <param name="MeanUnread">The mean share over the dictionary's features; null likewise.</param>
/// <param name="Neighbours">Its neighbours by four measures, those first on which they disagree most; null where they are not to be had.</param>
/// <param name="UsedIn">Where the layer's update has a large component along its direction; null where that has not been measured.</param>
/// <param name="Provenance">What was counted.</param>
public sealed record FeatureLogitsJson(
    string Id, IReadOnlyList<TokenWeightJson> Promoted, IReadOnlyList<TokenWeightJson> Suppressed, double? Unread, double? MeanUnread,
    IReadOnlyList<FeatureLogitsJson.Neighbour>? Neighbours, FeatureLogitsJson.Use? UsedIn, Provenance Provenance)
{
    public static FeatureLogitsJson Of(DictionaryInfo dictionary, int index, FeatureLogits found, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(found);
        return new FeatureLogitsJson(
            $"{dictionary.Id}/{index}", TokenWeightJson.Of(found.Logits.Top, text), TokenWeightJson.Of(found.Logits.Bottom, text), found.Unread, found.MeanUnread,
            found.Neighbours is null ? null : [.. found.Neighbours.Select(n => new Neighbour($"{dictionary.Id}/{n.Feature}", n.Activation, n.Direction, n.Logits, n.Attribution, n.Disagreement))],
            found.Use is { } use ? new Use(use.Active, use.Inactive, [.. use.Examples.Select(e => new UseExample(e.Position, e.Domain, [.. e.Tokens.Select(text.Original)], e.Centre, e.Activation))]) : null,
            dictionary.Provenance);
    }

    /// <summary>Tokens on which the update has at least as much of the direction as the feature adds at its mean activation: with it active and without, and the largest of those without.</summary>
    public sealed record Use(long Active, long Inactive, IReadOnlyList<UseExample> Examples);

    /// <summary>Such a token in its text, and the component as a multiple of what the feature adds at its mean activation.</summary>
    public sealed record UseExample(long Position, string? Domain, IReadOnlyList<string> Tokens, int Centre, float Component);

    /// <summary>Another feature and how near it is: correlations of activations, logit weights and attributions, cosine of directions, and largest less smallest of them.</summary>
    public sealed record Neighbour(string Feature, float Activation, float Direction, float Logits, double Attribution, double Disagreement);
}
