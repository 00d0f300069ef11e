using System.Globalization;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>Whole numbers from 1, separated by commas or spaces, or given one at a time.</summary>
public sealed class WholeNumbersParameterAttribute(string name, int most) : AddressParameterAttribute(name)
{
    private static readonly char[] Separators = [',', ' '];

    public override bool Repeats => true;

    public override string Values => $"whole numbers from 1, at most {most} of them, separated by commas";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, Pattern = "^[0-9]+([, ]+[0-9]+)*$" };

    public override string? Read(string value)
    {
        var words = value.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        return words.Length <= most && words.All(static w => long.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            ? string.Join(',', words)
            : null;
    }
}
