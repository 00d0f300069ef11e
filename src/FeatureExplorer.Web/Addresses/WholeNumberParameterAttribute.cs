using System.Globalization;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A whole number in a range, in digits alone.</summary>
public class WholeNumberParameterAttribute(string name, ulong least, ulong most) : AddressParameterAttribute(name)
{
    public override string Values => string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");

    public override OpenApiSchema Schema => new()
    {
        Type = JsonSchemaType.Integer,
        Minimum = least.ToString(CultureInfo.InvariantCulture),
        Maximum = most.ToString(CultureInfo.InvariantCulture),
    };

    public override string? Read(string value) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;
}
