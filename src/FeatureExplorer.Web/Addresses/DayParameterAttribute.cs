using System.Globalization;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A day, as 2026-11-29.</summary>
public sealed class DayParameterAttribute(string name) : AddressParameterAttribute(name)
{
    private const string Format = "yyyy-MM-dd";

    public override string Values => "a day such as 2026-11-29";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, Format = "date" };

    /// <summary>A day as an address writes it.</summary>
    public static string Write(DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The day that an address names, or null.</summary>
    public static DateOnly? Day(string? value) => DateOnly.TryParseExact(value, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    // Beyond these years a day more or less is no date any more.
    public override string? Read(string value) => Day(value) is { Year: > 1 and < 9999 } day ? Write(day) : null;
}
