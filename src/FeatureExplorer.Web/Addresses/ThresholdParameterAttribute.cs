using System.Globalization;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A number from a bound above 0 to 1, with a point before its decimals; kept to two of them.</summary>
public sealed class ThresholdParameterAttribute(string name, float least) : AddressParameterAttribute(name)
{
    public override string Values => string.Create(CultureInfo.InvariantCulture, $"a number from {least} to 1, with a point before its decimals");

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.Number, Minimum = least.ToString(CultureInfo.InvariantCulture), Maximum = "1" };

    public override string? Read(string value) =>
        float.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= 1
            ? number.ToString("0.##", CultureInfo.InvariantCulture)
            : null;
}
