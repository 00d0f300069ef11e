using System.Globalization;
using FeatureExplorer.Web.Steering;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>Features with the strengths at which they are held: "12:3,80:-1".</summary>
public sealed class StrengthsParameterAttribute(string name) : AddressParameterAttribute(name)
{
    public override string Values => string.Create(
        CultureInfo.InvariantCulture, $"features, each once, with their strengths from {SteeringQuery.Weakest} to {SteeringQuery.Strongest}, at most {SteeringQuery.MostOthers} of them, such as 12:3,80:-1");

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, Pattern = @"^[0-9]+:-?[0-9.]+(,[0-9]+:-?[0-9.]+)*$" };

    public override string? Read(string value) => Parse(value) is { } strengths ? Write(strengths) : null;

    /// <summary>The features of a value with their strengths, or null when it is none.</summary>
    public static IReadOnlyList<(int Feature, double Strength)>? Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var found = new List<(int Feature, double Strength)>();
        foreach (var part in value.Split(',', SteeringQuery.MostOthers + 1))
        {
            if (part.Split(':') is not [var name, var number] || !int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var feature)
                || !double.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var strength)
                || !(strength >= SteeringQuery.Weakest && strength <= SteeringQuery.Strongest) || found.Any(other => other.Feature == feature))
            {
                return null;
            }

            found.Add((feature, Math.Round(strength, 4)));
        }

        return found.Count <= SteeringQuery.MostOthers ? found : null;
    }

    /// <summary>Features with their strengths as an address holds them.</summary>
    public static string Write(IEnumerable<(int Feature, double Strength)> strengths) =>
        string.Join(',', strengths.Select(static s => string.Create(CultureInfo.InvariantCulture, $"{s.Feature}:{s.Strength:0.####}")));
}
