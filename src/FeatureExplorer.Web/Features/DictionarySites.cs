using System.Collections.Concurrent;
using System.Text.Json;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Features;

/// <summary>Which activations each dictionary reads, and a transcoder writes. A dictionary's files say so and never change: each is read once. Safe for concurrent use.</summary>
public sealed class DictionarySites(DataFolder folder)
{
    private const int MostKept = 1000;

    private readonly ConcurrentDictionary<(string Id, long Stamp), string?> _known = new();

    /// <summary>"mlp.post.0", of a transcoder "mlp.in.0 → mlp.out.0", by the dictionary's id; those whose files do not say it are left out.</summary>
    public IReadOnlyDictionary<string, string> Of(IEnumerable<DictionaryInfo> dictionaries)
    {
        if (_known.Count > MostKept)
        {
            _known.Clear();
        }

        return dictionaries.Select(d => (d.Id, Site: _known.GetOrAdd((d.Id, d.Stamp), _ => Read(d)))).Where(static d => d.Site is not null).ToDictionary(static d => d.Id, static d => d.Site!);
    }

    private string? Read(DictionaryInfo dictionary)
    {
        var file = Path.Combine(folder.Dictionary(dictionary), "cfg.json");
        try
        {
            if (!File.Exists(file))
            {
                return null;
            }

            using var config = JsonDocument.Parse(File.ReadAllBytes(file));
            var input = Named(config.RootElement, "hook_name");
            return input is not null && Named(config.RootElement, "hook_name_out") is { } output ? $"{input} → {output}" : input?.ToString();
        }
        catch (Exception exception) when (exception is JsonException or IOException or InvalidOperationException)
        {
            return null; // damage is told where the dictionary is read
        }
    }

    private static Site? Named(JsonElement root, string key)
    {
        var named = root.TryGetProperty(key, out var own) ? own : root.TryGetProperty("metadata", out var more) && more.TryGetProperty(key, out var inner) ? inner : default;
        return named.ValueKind == JsonValueKind.String ? Site.FromHookName(named.GetString()!) : null;
    }
}
