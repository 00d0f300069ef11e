using System.Text.Json;
using System.Text.Json.Serialization;
using Plotly.Blazor;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>A typed chart as the JSON that plotly.js reads.</summary>
public static class ChartJson
{
    // Like the package's own options, which are internal: traces are written as what they are, unset properties not at all.
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new PolymorphicConverter<ITrace>(), new DateTimeConverter(), new DateTimeOffsetConverter() },
    };

    /// <summary>UTF-8 JSON with the members data, layout and config.</summary>
    public static byte[] Of(ChartDefinition chart) => JsonSerializer.SerializeToUtf8Bytes(chart, Options);

    /// <summary>The same as an answer to a request.</summary>
    public static IResult Answer(ChartDefinition chart) => Results.Bytes(Of(chart), "application/json");
}
