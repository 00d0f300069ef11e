using System.Globalization;
using FeatureExplorer.Analysis.Exploration;

namespace FeatureExplorer.Web.Features;

/// <summary>The part of an address that selects some of a feature's activations.</summary>
public static class SelectionQuery
{
    /// <summary>The selection that an address describes, or null when it describes none; its values have been checked.</summary>
    public static ActivationSelection? Parse(string? from, string? to, string? token, string? order, string? seed, string? page)
    {
        if (string.IsNullOrEmpty(from) && string.IsNullOrEmpty(to) && string.IsNullOrEmpty(token) && string.IsNullOrEmpty(order))
        {
            return null;
        }

        return new ActivationSelection
        {
            From = Number(from) ?? 0,
            To = Number(to) ?? float.PositiveInfinity,
            Token = int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null,
            Order = Urls.Parse<ActivationOrder>(order) ?? ActivationOrder.Activation,
            Seed = ulong.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1,
            Page = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var p) ? Math.Clamp(p, 1, ActivationSelection.MostPages) : 1,
        };
    }

    private static float? Number(string? text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value) ? value : null;
}
