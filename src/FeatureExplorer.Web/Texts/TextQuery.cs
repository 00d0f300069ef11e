using System.Globalization;
using FeatureExplorer.Storage.Exploration;

namespace FeatureExplorer.Web.Texts;

/// <summary>What a reader chose on the page of a text: its whole state, all of it in the address.</summary>
public sealed record TextQuery
{
    /// <summary>Most dictionaries beside the page's own.</summary>
    public const int MostOthers = 3;

    /// <summary>Most tokens that are selected.</summary>
    public const int MostSelected = 64;

    /// <summary>Longest of the other texts, in characters: addresses have to hold all of them.</summary>
    public const int LongestOther = 1000;

    /// <summary>The text.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>The feature that colours it and whose removal is measured.</summary>
    public int? Feature { get; init; }

    /// <summary>The token whose features are shown, by index.</summary>
    public int? Token { get; init; }

    /// <summary>Tokens that a feature has to fire on, by index.</summary>
    public IReadOnlyList<int> Selected { get; init; } = [];

    /// <summary>Other texts that it has to fire on.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>A text that it must not fire on.</summary>
    public string? Contrast { get; init; }

    /// <summary>Names of dictionaries of the model that are shown beside the page's own.</summary>
    public IReadOnlyList<string> With { get; init; } = [];

    /// <summary>Whether features in common are looked for.</summary>
    public bool Searches => Selected.Count > 0 || Others.Count > 0 || !string.IsNullOrEmpty(Contrast);

    /// <summary>What an address says; its values have been checked.</summary>
    public static TextQuery Parse(string? q, int? feature, int? token, string? tokens, string? second, string? third, string? contrast, string? with) => new()
    {
        Text = (q ?? string.Empty) is { Length: > LiveModels.LongestText } longer ? longer[..LiveModels.LongestText] : q ?? string.Empty,
        Feature = feature,
        Token = token,
        Selected = [.. (tokens ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : int.MaxValue).Distinct().Order()],
        Others = [.. new[] { second, third }.OfType<string>().Where(static text => text.Length > 0)],
        Contrast = string.IsNullOrEmpty(contrast) ? null : contrast,
        With = [.. (with ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().Take(MostOthers)],
    };

    /// <summary>Adds what differs from a page without any choice.</summary>
    internal void AddTo(UrlBuilder url)
    {
        url.Add("q", Text);
        url.Add("feature", Feature?.ToString(CultureInfo.InvariantCulture));
        url.Add("token", Token?.ToString(CultureInfo.InvariantCulture));
        url.Add("tokens", string.Join(',', Selected));
        url.Add("q2", Others.ElementAtOrDefault(0));
        url.Add("q3", Others.ElementAtOrDefault(1));
        url.Add("contrast", Contrast);
        url.Add("with", string.Join(',', With));
    }
}
