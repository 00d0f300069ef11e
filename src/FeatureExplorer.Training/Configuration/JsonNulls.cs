using System.Reflection;
using System.Text.Json.Nodes;

namespace FeatureExplorer.Training.Configuration;

/// <summary>
/// Refuses null in settings that are given as JSON. A setting that may be left open takes null as "not given"; for all others null is no value.
/// </summary>
internal static class JsonNulls
{
    private const BindingFlags AnyCase = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase;

    /// <summary>Takes out the nulls that mean "not given".</summary>
    /// <param name="node">What was given.</param>
    /// <param name="type">What it is read as; null for what is read elsewhere.</param>
    /// <param name="path">Its place, for messages; empty for the whole.</param>
    /// <exception cref="ArgumentException">There is a null elsewhere; the message names the setting.</exception>
    public static void Refuse(JsonNode? node, Type? type, string path)
    {
        if (type is null)
        {
            return;
        }

        if (node is JsonArray array)
        {
            var element = type.IsGenericType ? type.GetGenericArguments()[0] : null;
            for (var i = 0; i < array.Count; i++)
            {
                Refuse(array[i] ?? throw Null($"{path}[{i}]"), element, $"{path}[{i}]");
            }
        }
        else if (node is JsonObject given)
        {
            foreach (var (name, value) in given.ToList())
            {
                Refuse(given, name, value, type.GetProperty(name, AnyCase), path.Length == 0 ? name : $"{path}.{name}");
            }
        }
    }

    private static void Refuse(JsonObject given, string name, JsonNode? value, PropertyInfo? setting, string path)
    {
        if (value is not null)
        {
            // What is no setting is refused where it is read.
            Refuse(value, setting?.PropertyType, path);
        }
        else if (setting is not null && Nullable.GetUnderlyingType(setting.PropertyType) is not null)
        {
            given.Remove(name);
        }
        else
        {
            throw Null(path);
        }
    }

    private static ArgumentException Null(string path) => new($"{path}: null is no value. Give one, or leave the setting out.");
}
