using FeatureExplorer.Engine.Text;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Tokens;

/// <summary>One token by itself: spaces at its start are made visible, its direction does not touch its surroundings.</summary>
public static class TokenChip
{
    public static RenderFragment Of(int token, TokenText text) => new MarkupWriter().Chip(token, text).ToFragment();

    /// <summary>Adds a token.</summary>
    public static MarkupWriter Chip(this MarkupWriter markup, int token, TokenText text)
    {
        var shown = text.Of(token);
        var spaces = shown.Length - shown.TrimStart(' ').Length;
        // Bytes that are no text are written from left to right, whatever they stand beside.
        markup.Raw("<bdi class=\"chip\"").Attribute("dir", shown.Contains("\\x", StringComparison.Ordinal) ? "ltr" : null).Raw(">");
        if (spaces > 0)
        {
            markup.Raw("<span class=\"space\">").Text(new string('·', spaces)).Raw("</span>");
        }

        return markup.Text(shown[spaces..]).Raw("</bdi>");
    }
}
