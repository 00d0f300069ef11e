using System.Globalization;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A number in a range, which may begin below 0, with a point before its decimals.</summary>
public sealed class RangeParameterAttribute(string name, double least, double most) : AddressParameterAttribute(name)
{
    private const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;

    public override string Values => string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}, with a point before its decimals");

    public override OpenApiSchema Schema => new()
    {
        Type = JsonSchemaType.Number,
        Minimum = least.ToString(CultureInfo.InvariantCulture),
        Maximum = most.ToString(CultureInfo.InvariantCulture),
    };

    public override string? Read(string value) =>
        double.TryParse(value, Style, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number.ToString("0.####", CultureInfo.InvariantCulture)
            : null;
}
