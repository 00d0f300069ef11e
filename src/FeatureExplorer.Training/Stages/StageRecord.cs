using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// Remembers what a finished stage was made from and what it measured, in a small file beside its result, so that the same run started
/// again takes the result over instead of making it again.
/// </summary>
public static class StageRecord
{
    private sealed record Envelope<T>(string Fingerprint, T Result);

    /// <summary>A short hash of everything that decides a stage's result.</summary>
    public static string Fingerprint(params object[] parts)
    {
        var text = JsonSerializer.Serialize(parts);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    /// <summary>
    /// Settings for <see cref="Fingerprint"/> that keep their fingerprint when later versions add settings: those named are always part of it,
    /// others only where they differ from their default.
    /// </summary>
    public static JsonObject Stable<T>(T value, T defaults, IEnumerable<string> always)
    {
        var (given, usual) = (JsonSerializer.SerializeToNode(value)!.AsObject(), JsonSerializer.SerializeToNode(defaults)!.AsObject());
        var stable = new JsonObject();
        foreach (var name in always)
        {
            stable[name] = given[name]?.DeepClone();
            given.Remove(name);
        }

        foreach (var (name, setting) in given.Where(p => !JsonNode.DeepEquals(p.Value, usual[p.Key])).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            stable[name] = setting?.DeepClone();
        }

        return stable;
    }

    /// <summary>Notes that the stage has ended; written last, so that a record never promises what is not there.</summary>
    public static void Write<T>(string folder, string name, string fingerprint, T result) => Checksums.Write(
        FileOf(folder, name), stream => JsonSerializer.Serialize(stream, new Envelope<T>(fingerprint, result), JsonSerializerOptions.Web));

    /// <summary>The result of a stage with this fingerprint, or null when there is none, or one of the files that it made is damaged.</summary>
    public static T? Find<T>(string folder, string name, string fingerprint, params ReadOnlySpan<string> files)
        where T : class
    {
        var file = FileOf(folder, name);
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope<T>>(Checksums.ReadAllBytes(file), JsonSerializerOptions.Web);
            if (envelope?.Fingerprint != fingerprint)
            {
                return null;
            }

            foreach (var made in files)
            {
                Checksums.Verify(Path.Combine(folder, made));
            }

            return envelope.Result;
        }
        catch (Exception exception) when (exception is JsonException or DamagedFileException or FileNotFoundException)
        {
            // The stage is done again and the record written anew.
            return null;
        }
    }

    /// <summary>Whether a stage has left a record, whatever it was made from.</summary>
    public static bool Exists(string folder, string name) => File.Exists(FileOf(folder, name));

    /// <summary>Whether a stage with this fingerprint has left a record.</summary>
    public static bool Has(string folder, string name, string fingerprint) => Find<object>(folder, name, fingerprint) is not null;

    private static string FileOf(string folder, string name) => Path.Combine(folder, $"{name}.stage.json");
}
