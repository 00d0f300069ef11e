using System.Globalization;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A number from 0 to a bound below 1, with a point before its decimals; kept to two of them.</summary>
public sealed class ShareParameterAttribute(string name, double most) : AddressParameterAttribute(name)
{
    public override string Values => string.Create(CultureInfo.InvariantCulture, $"a number from 0 to {most}, with a point before its decimals");

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.Number, Minimum = "0", Maximum = most.ToString(CultureInfo.InvariantCulture) };

    public override string? Read(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share >= 0 && share <= most
            ? share.ToString("0.##", CultureInfo.InvariantCulture)
            : null;
}
