using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Systems;

/// <summary>The token that a reader means by a text.</summary>
/// <param name="Token">Its id, or null where there is none.</param>
/// <param name="Others">Ids of other tokens that differ in case or in spaces around them alone.</param>
/// <param name="Problem">Why there is none, in a sentence; else null.</param>
public sealed record TokenChoice(int? Token, IReadOnlyList<int> Others, string? Problem)
{
    /// <summary>Longest text, in characters.</summary>
    public const int LongestText = 60;

    /// <summary>Features shown on either side.</summary>
    public const int Shown = 25;

    private const int MostOthers = 8;

    /// <summary>The token that is written exactly so, else the first that differs in case or spaces alone.</summary>
    public static TokenChoice Of(TokenText text, string? written)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (string.IsNullOrEmpty(written))
        {
            return new TokenChoice(null, [], null);
        }

        var wanted = TokenText.Visible(written);
        var alike = Enumerable.Range(0, text.Count).Where(id => Same(text.Of(id), wanted)).OrderBy(id => text.Of(id) != wanted).ThenBy(static id => id).ToList();
        return alike.Count == 0
            ? new TokenChoice(null, [], $"The vocabulary has no token “{written}”; it may be written with several tokens. Try a shorter piece of it.")
            : new TokenChoice(alike[0], [.. alike.Skip(1).Take(MostOthers)], null);
    }

    private static bool Same(string token, string wanted) => token.Trim().Equals(wanted.Trim(), StringComparison.OrdinalIgnoreCase) && token.Trim().Length > 0 || token == wanted;
}
