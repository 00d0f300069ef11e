using System.Globalization;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>Text of a bounded length.</summary>
public sealed class TextParameterAttribute(string name, int longest) : AddressParameterAttribute(name)
{
    public override string Values => string.Create(CultureInfo.InvariantCulture, $"text of at most {longest} characters, without control characters");

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, MaxLength = longest };

    // A form sends two characters for the end of a line, which its field counted as one.
    public override string? Read(string value) =>
        value.Length - Count(value, "\r\n") <= longest && value.All(static c => !char.IsControl(c) || c is '\t' or '\n' or '\r') ? value : null;

    private static int Count(string text, string part) => (text.Length - text.Replace(part, string.Empty, StringComparison.Ordinal).Length) / part.Length;
}
