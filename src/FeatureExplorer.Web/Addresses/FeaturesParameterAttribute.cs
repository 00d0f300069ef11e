using System.Globalization;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>Indexes of features, separated by commas or spaces.</summary>
public sealed class FeaturesParameterAttribute(string name, int most) : AddressParameterAttribute(name)
{
    private static readonly char[] Separators = [',', ' '];

    public override string Values => $"indexes of features, at most {most} of them, separated by commas";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, Pattern = "^[0-9]+([, ]+[0-9]+)*$" };

    public override string? Read(string value)
    {
        var words = value.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 && words.Length <= most && words.All(static word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _)) ? string.Join(',', words) : null;
    }
}
