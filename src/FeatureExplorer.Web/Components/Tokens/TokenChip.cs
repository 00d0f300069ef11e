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
        // As in a strip: bytes that are no text are quieter and run from left to right, whatever they stand beside.
        if (shown.Contains("\\x", StringComparison.Ordinal))
        {
            markup.Raw("<bdi class=\"chip m\" title=\"Bytes, not a whole character\">");
        }
        else
        {
            markup.Raw("<bdi class=\"chip\">");
        }

        if (spaces > 0)
        {
            markup.Raw("<span class=\"space\">").Text(new string('·', spaces)).Raw("</span>");
        }

        return markup.Text(shown[spaces..]).Raw("</bdi>");
    }
}
