using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A value of an enumeration, by its name.</summary>
public sealed class EnumParameterAttribute<T>(string name) : WordsParameterAttribute(name, [.. EnumWords.All<T>()])
    where T : struct, Enum;
