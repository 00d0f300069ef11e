namespace FeatureExplorer.Storage;

/// <summary>
/// The values of an enumeration as words, for addresses, forms, settings and the database. The framework's own parser also takes numbers, of which there are
/// more than values, and lists such as "Admin,Viewer": here only the name of one value is a value.
/// </summary>
public static class EnumWords
{
    /// <summary>A value in small letters.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>All values in small letters, in their order.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Of)];

    /// <summary>The value that a word names, whatever its case, or null when it names none.</summary>
    public static T? Parse<T>(string? word)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), word, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
