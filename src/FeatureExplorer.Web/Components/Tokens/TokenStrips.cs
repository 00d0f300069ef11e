using System.Globalization;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Web.Components.Cards;
using FeatureExplorer.Web.Features;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Tokens;

/// <summary>
/// Examples of a feature, each a line of tokens: what comes before, the centre token, what comes after. Background by activation, centre token bold and framed.
/// </summary>
/// <param name="max">The feature's largest activation, which gets the strongest background.</param>
/// <param name="text">The tokens' text.</param>
/// <param name="lineBreaks">Whether lines break where the text does.</param>
/// <param name="reading">Address of the page that runs a text through the dictionary; null for strips that lead nowhere.</param>
public sealed class TokenStrips(float max, TokenText text, bool lineBreaks = false, Func<string, string>? reading = null)
{
    private const int Shades = 9;

    private readonly MarkupWriter _markup = new();

    /// <summary>Adds a line.</summary>
    /// <param name="example">Tokens with activations.</param>
    /// <param name="ablated">What removing the feature does to them, where it was measured; else what came with the example.</param>
    /// <param name="effects">The page that lists these effects in full, or null where each token's title holds them.</param>
    /// <param name="more">Tokens that the window has before the one that the effects were measured in.</param>
    public TokenStrips Add(Example example, IReadOnlyList<AblatedToken>? ablated = null, string? effects = null, int more = 0)
    {
        ArgumentNullException.ThrowIfNull(example);
        int[] tokens = [.. example.Tokens];
        var pieces = text.Pieces(tokens);
        var centre = pieces.FindIndex(p => example.Centre < p.Start + p.Length);
        var line = new Line(example, ablated ?? [.. example.Ablation?.Tokens() ?? []], effects is not null, more);
        _markup.Raw("<li class=strip").Word("data-at", effects is null ? null : example.Position.ToString(CultureInfo.InvariantCulture)).Raw("><span class=line")
            .Word("dir", Direction(pieces) is "rtl" and var right ? right : null).Raw("><span class=before><span>");
        Write(line, pieces, 0, centre);
        _markup.Raw("</span></span><span class=centre>");
        Write(line, pieces, centre, centre + 1);
        _markup.Raw("</span><span class=after>");
        Write(line, pieces, centre + 1, pieces.Count);
        _markup.Raw("</span></span>\n");
        About(example, effects, reading is null ? null : text.Plain(tokens, pieces));
        _markup.Raw("</li>");
        return this;
    }

    /// <summary>The lines so far, items of a list of the class "strips".</summary>
    public RenderFragment ToFragment() => _markup.ToFragment();

    /// <summary>The lines as markup.</summary>
    public override string ToString() => _markup.ToString();

    private void About(Example example, string? effects, string? plain)
    {
        var activation = Show.Two(example.Activation);
        _markup.Raw("<span class=about>").Text(activation);
        if (effects is not null)
        {
            _markup.Raw(" · <a").Attribute("href", effects).Attribute("aria-label", $"Effects of removal, activation {activation}").Raw(">effects</a>");
        }

        // examples.js adds a button that copies the text.
        if (plain is { Length: > 0 and <= LiveModels.LongestText })
        {
            _markup.Raw(" · <a class=read").Attribute("href", reading!(plain)).Attribute("aria-label", $"Open in the text page, activation {activation}").Raw(">open</a>");
        }

        if (example.Domain is { } domain)
        {
            _markup.Raw(" · ").Text(domain);
        }

        if (example.Repeated)
        {
            _markup.Raw(" · repeated");
        }

        _markup.Raw("</span>");
    }

    private void Write(in Line line, List<TokenPiece> pieces, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            Write(line, pieces[i]);
        }
    }

    private void Write(in Line line, TokenPiece piece)
    {
        var activation = line.Activation(piece);
        var ablated = line.Ablated(piece);
        var classes = Class(activation, IsMark(piece.Text)) + AblationText.Class(ablated);
        var title = Title(activation, ablated, line.Listed);
        if (classes.Length == 0 && title.Length == 0)
        {
            _markup.Text(Broken(piece.Text));
            return;
        }

        // effects.js adds the tokens that the feature promotes there, so that a page need not hold thousands of them.
        _markup.Raw("<span").Word("class", classes.Length > 0 ? classes : null).Word("title", title.Length > 0 ? title : null)
            .Word("data-t", line.Listed && ablated.Count > 0 ? string.Join(',', ablated.Select(a => a.At)) : null)
            .Raw(">").Text(Broken(piece.Text)).Raw("</span>");
    }

    private string Broken(string piece) => lineBreaks ? piece.Replace("⏎", "⏎\n", StringComparison.Ordinal) : piece;

    private string Title(float activation, IReadOnlyList<AblatedToken> ablated, bool listed)
    {
        var own = activation > 0 ? Show.Exact(activation) : null;
        var effect = listed ? AblationText.Loss(ablated) : AblationText.Of(ablated, text);
        return own is null || effect is null ? own ?? effect ?? string.Empty : $"{own}\n{effect}";
    }

    // The whole line runs the way its script does, so that words join and read as they should.
    private static string Direction(List<TokenPiece> pieces) => TextDirection.Of(pieces.Where(p => !IsMark(p.Text)).Select(p => p.Text));

    // Text that stands for something else is shown in a quieter colour.
    private static bool IsMark(string text) => text is "⏎" or "⇥" or "␍" or TokenText.EndOfText || text.Contains("\\x", StringComparison.Ordinal);

    private string Class(float activation, bool mark)
    {
        var shade = activation <= 0 || max <= 0 ? 0 : Math.Clamp((int)Math.Ceiling(Shades * activation / max), 1, Shades);
        return (shade, mark) switch
        {
            (0, false) => string.Empty,
            (0, true) => " m",
            _ => $"a{shade}{(mark ? " m" : string.Empty)}",
        };
    }

    /// <summary>An example with what is known of its tokens.</summary>
    private readonly record struct Line(Example Example, IReadOnlyList<AblatedToken> Effects, bool Listed, int More)
    {
        public float Activation(TokenPiece piece)
        {
            var largest = float.NegativeInfinity;
            for (var i = piece.Start; i < piece.Start + piece.Length; i++)
            {
                largest = Math.Max(largest, Example.Activations[i]);
            }

            return largest;
        }

        // Of thousands of pieces on a page few have any: nothing is made for the others.
        private static readonly List<AblatedToken> None = [];

        public List<AblatedToken> Ablated(TokenPiece piece)
        {
            var found = None;
            for (var i = 0; i < Effects.Count; i++)
            {
                var at = Effects[i].At + More;
                if (at >= piece.Start && at < piece.Start + piece.Length)
                {
                    found = found.Count == 0 ? [] : found;
                    found.Add(Effects[i]);
                }
            }

            return found;
        }
    }
}
