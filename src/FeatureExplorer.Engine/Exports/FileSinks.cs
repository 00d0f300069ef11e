using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FeatureExplorer.Engine.Exports;

/// <summary>Texts and JSON as files of an export.</summary>
public static class FileSinks
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>UTF-8 without a byte order mark.</summary>
    public static void AddText(this IFileSink sink, string name, string text)
    {
        ArgumentNullException.ThrowIfNull(sink);
        sink.Add(name, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Indented, with a line end.</summary>
    public static void AddJson(this IFileSink sink, string name, JsonNode json)
    {
        ArgumentNullException.ThrowIfNull(json);
        sink.AddText(name, json.ToJsonString(Indented) + "\n");
    }
}
