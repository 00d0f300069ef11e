namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>The texts at the top of a YAML file, "key: value" with or without quotes; lists and what lies deeper are passed over.</summary>
internal static class FlatYaml
{
    private const int LargestFile = 1 << 20;

    /// <summary>By key.</summary>
    /// <exception cref="InvalidDataException">The file is too large for a configuration.</exception>
    public static IReadOnlyDictionary<string, string> Read(string file)
    {
        if (new FileInfo(file).Length > LargestFile)
        {
            throw new InvalidDataException($"{file} has {new FileInfo(file).Length} bytes, more than a configuration has: put the config.yaml that belongs to the weights beside them.");
        }

        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(file))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && char.IsAsciiLetter(line[0]) && Value(line[(colon + 1)..]) is { Length: > 0 } value)
            {
                found[line[..colon]] = value;
            }
        }

        return found;
    }

    private static string Value(string text)
    {
        text = text.Trim();
        if (text is ['"' or '\'', ..] && text.IndexOf(text[0], 1) is > 0 and var end)
        {
            return text[1..end];
        }

        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        return (comment < 0 ? text : text[..comment]).Trim();
    }
}
