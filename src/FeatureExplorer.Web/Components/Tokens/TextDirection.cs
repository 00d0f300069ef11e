using System.Text;

namespace FeatureExplorer.Web.Components.Tokens;

/// <summary>The direction of a line of text.</summary>
public static class TextDirection
{
    /// <summary>"rtl" when letters of right-to-left scripts outnumber the others, else "ltr".</summary>
    public static string Of(IEnumerable<string> parts)
    {
        var balance = 0;
        foreach (var part in parts)
        {
            foreach (var rune in part.EnumerateRunes())
            {
                balance += !Rune.IsLetter(rune) ? 0 : IsRightToLeft(rune.Value) ? 1 : -1;
            }
        }

        return balance > 0 ? "rtl" : "ltr";
    }

    // Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours, and the presentation forms.
    private static bool IsRightToLeft(int value) =>
        value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFF) or (>= 0x10800 and <= 0x10FFF);
}
