using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Web.Components.Tokens;
using FeatureExplorer.Web.Features;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Systems;

/// <summary>Text along which a system passes from state to state: each token with its state's number and colour.</summary>
public static class StateText
{
    /// <param name="example">The text.</param>
    /// <param name="text">The tokens' text.</param>
    public static RenderFragment Of(SystemExample example, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(text);
        var pieces = text.Pieces([.. example.Tokens]);
        var markup = new MarkupWriter().Raw("<li><p class=\"written states\"").Attribute("dir", TextDirection.Of(pieces.Select(static piece => piece.Text))).Raw(">");
        foreach (var piece in pieces)
        {
            // A character of several tokens has the state of its last one.
            var state = example.States.Skip(piece.Start).Take(piece.Length).LastOrDefault(static state => state >= 0, -1);
            if (state < 0)
            {
                markup.Text(piece.Text);
                continue;
            }

            markup.Raw("<span").Attribute("class", $"st{state}").Raw("><sup>").Text($"{state + 1}").Raw("</sup>").Text(piece.Text).Raw("</span>");
        }

        return markup.Raw("</p><span class=\"about quiet\">")
            .Text($"{Show.Counted(example.Steps, "step")}{(example.Domain is { } domain ? $" · {domain}" : string.Empty)} · token {Show.Count(example.Position)} of the held-out text").Raw("</span></li>").ToFragment();
    }
}
