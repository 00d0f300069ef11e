using System.Globalization;
using System.Text;

namespace FeatureExplorer.Web.Security;

/// <summary>Names of accounts: letters of any script, and nothing that is invisible or changes the direction of text.</summary>
public static class AccountName
{
    /// <summary>Characters of a name at most.</summary>
    public const int Longest = 60;

    /// <summary>A name as it is stored.</summary>
    public static string Normal(string? name) => (name ?? string.Empty).Trim();

    /// <summary>Why a normal name cannot be used, or null when it can.</summary>
    public static string? Problem(string name) =>
        name.Length is 0 or > Longest ? $"A name has 1 to {Longest} characters."
        : !name.EnumerateRunes().All(IsAllowed) ? "A name consists of letters, digits, and - _ . @, without spaces."
        : null;

    private static bool IsAllowed(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        || rune.Value is '-' or '_' or '.' or '@';
}
