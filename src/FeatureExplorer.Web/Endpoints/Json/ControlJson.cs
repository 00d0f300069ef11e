using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>Why a feature is no more interpretable than one of the model with shuffled weights.</summary>
/// <param name="Feature">That feature.</param>
/// <param name="Context">The context that it follows at least as closely; null where both fire on the same token alone.</param>
/// <param name="Score">Its correlation with it.</param>
/// <param name="Token">The token; null where a context it is.</param>
public sealed record ControlJson(string Feature, string? Context, double? Score, string? Token)
{
    /// <summary>What a feature has in common with its control; null where nothing, or there is no control.</summary>
    public static ControlJson? Of(ControlledFeatures? features, int index, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return features?.Marks.GetValueOrDefault(index) is { } mark
            ? new ControlJson($"{features.Control.Id}/{mark.Feature}", mark.Context, mark.Score, mark.Token is { } token ? text.Original(token) : null)
            : null;
    }
}
