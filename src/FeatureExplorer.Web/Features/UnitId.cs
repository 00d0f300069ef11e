using System.Globalization;

namespace FeatureExplorer.Web.Features;

/// <summary>A feature or neuron as people write it: "A/1/2357", "A/neurons/83".</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Name">Name of the dictionary.</param>
/// <param name="Index">Index in the dictionary.</param>
public sealed record UnitId(string Model, string Name, int Index)
{
    /// <summary>Reads a unit's name, also with a slash before it; null when it is none.</summary>
    public static UnitId? Parse(string? text) =>
        text?.Trim().Trim('/').Split('/') is [{ Length: > 0 } model, { Length: > 0 } name, var index]
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new UnitId(model, name, number)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Model}/{Name}/{Index}");
}
