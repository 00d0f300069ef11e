using System.Globalization;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A number that is not negative, with a point before its decimals.</summary>
public sealed class NumberParameterAttribute(string name) : AddressParameterAttribute(name)
{
    private const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public override string Values => "a number from 0, with a point before its decimals, such as 1.5";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.Number, Minimum = "0" };

    public override string? Read(string value) =>
        float.TryParse(value, Style, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) && number >= 0 ? Urls.Number(number) : null;
}
