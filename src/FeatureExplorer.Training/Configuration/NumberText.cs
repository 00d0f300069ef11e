using System.Globalization;
using System.Numerics;

namespace FeatureExplorer.Training.Configuration;

/// <summary>Numbers as people type them. A comma separates the numbers of a list, and is never part of one.</summary>
internal static class NumberText
{
    /// <summary>Reads one number; underscores may group its digits.</summary>
    public static bool TryParse<T>(string text, out T number)
        where T : struct, INumber<T>
    {
        // The usual style of fractions would pass over a comma: 0,1 would be 1.
        var style = T.IsInteger(T.One / (T.One + T.One)) ? NumberStyles.Integer : NumberStyles.Float;
        return T.TryParse(text.Replace("_", string.Empty, StringComparison.Ordinal), style, CultureInfo.InvariantCulture, out number) && T.IsFinite(number);
    }

    /// <summary>
    /// What is wrong with digits on both sides of a comma that may be one number or several: 0,0056, or 16,384; null for others. Whole numbers of a list are
    /// several, as in 512,4096, unless they have the form of one number whose thousands are marked, or one of them begins with 0.
    /// </summary>
    /// <param name="setting">What the number is for.</param>
    /// <param name="text">Without spaces.</param>
    public static string? Ambiguous(RunSetting setting, string text)
    {
        var parts = text.Split(',');
        var found = parts.Zip(parts.Skip(1)).Any(pair => IsDigits(pair.First.TrimStart('-')) && IsDigits(pair.Second) && (setting.Kind != SettingKind.WholeNumbers || HasThousands(parts) || pair.Second is ['0', _, ..]));
        if (!found)
        {
            return null;
        }

        var isWhole = setting.Kind is SettingKind.WholeNumber or SettingKind.WholeNumbers;
        var one = isWhole ? string.Concat(parts) : parts.Length == 2 ? string.Join('.', parts) : null;
        return setting.Kind is SettingKind.WholeNumbers or SettingKind.Numbers
            ? $"{setting.Label}: \"{text}\" may be one number or several. {(one is null ? "Write" : $"For one, write {one}; for several, write")} a space after each comma: {string.Join(", ", parts)}."
            : $"{setting.Label}: \"{text}\" holds a comma; write {one ?? "a point before the fraction"}.";
    }

    private static bool HasThousands(string[] parts) => parts[0].TrimStart('-').Length is >= 1 and <= 3 && parts.Skip(1).All(static part => part.Length == 3 && IsDigits(part));

    private static bool IsDigits(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
