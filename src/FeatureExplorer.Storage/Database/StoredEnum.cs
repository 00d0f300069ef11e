using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace FeatureExplorer.Storage.Database;

/// <summary>Keeps an enumeration in the database by the names of its values, and reads nothing but those names.</summary>
internal sealed class StoredEnum<T> : ValueConverter<T, string>
    where T : struct, Enum
{
    /// <param name="unknown">What a text that names no value is read as; null to refuse it.</param>
    public StoredEnum(T? unknown = null)
        : base(value => value.ToString(), text => Read(text, unknown))
    {
    }

    internal static T Read(string text, T? unknown) => EnumWords.Parse<T>(text) ?? unknown ?? throw new InvalidDataException(
        $"The database holds the {typeof(T).Name} \"{text}\"; there is {string.Join(", ", Enum.GetNames<T>())}. Restore a backup, or use the version of the program that wrote it.");
}
