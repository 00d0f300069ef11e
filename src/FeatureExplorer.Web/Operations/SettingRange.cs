using System.Globalization;
using System.Numerics;

namespace FeatureExplorer.Web.Operations;

/// <summary>Checks that a setting lies between two values.</summary>
internal static class SettingRange
{
    /// <summary>Nothing, or a sentence that names the setting, its value and the range.</summary>
    public static IEnumerable<string> Check<T>(string name, T value, T least, T most)
        where T : INumber<T>
    {
        if (value < least || value > most)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must lie between {least} and {most}.");
        }
    }
}
