using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Parts;

/// <summary>An example of a feature as a line of tokens.</summary>
public sealed partial class TokenStrip
{
    private const int Shades = 9;

    private List<TokenPiece> _pieces = [];
    private AblatedToken[] _ablated = [];
    private int _centre;

    [Parameter, EditorRequired]
    public required Example Example { get; set; }

    /// <summary>The feature's largest activation, which gets the strongest background.</summary>
    [Parameter, EditorRequired]
    public float Max { get; set; }

    [Parameter, EditorRequired]
    public required TokenText Text { get; set; }

    /// <summary>What removing the feature does to the example's tokens, where it was measured; else what came with the example.</summary>
    [Parameter]
    public IReadOnlyList<AblatedToken>? Ablated { get; set; }

    /// <summary>The page that lists the effects in full, or null where each token's title holds them.</summary>
    [Parameter]
    public string? Effects { get; set; }

    private IEnumerable<TokenPiece> Before => _pieces.Take(_centre);

    private TokenPiece Centre => _pieces[_centre];

    private IEnumerable<TokenPiece> After => _pieces.Skip(_centre + 1);

    // The whole line runs the way its script does, so that words join and read as they should.
    private string Direction => TextDirection.Of(_pieces.Where(p => !IsMark(p.Text)).Select(p => p.Text));

    protected override void OnParametersSet()
    {
        _ablated = [.. Ablated ?? Example.Ablation?.Tokens() ?? []];
        _pieces = Text.Pieces([.. Example.Tokens.Select(t => (ushort)t)]);
        _centre = Enumerable.Range(0, _pieces.Count).First(i => Example.Centre < _pieces[i].Start + _pieces[i].Length);
    }

    private RenderFragment Render(TokenPiece piece) => builder =>
    {
        var activation = Enumerable.Range(piece.Start, piece.Length).Max(i => Example.Activations[i]);
        AblatedToken[] ablated = [.. _ablated.Where(a => a.At >= piece.Start && a.At < piece.Start + piece.Length)];
        var classes = Class(activation, IsMark(piece.Text)) + AblationText.Class(ablated);
        var title = Title(activation, ablated);
        if (classes.Length == 0 && title.Length == 0)
        {
            builder.AddContent(0, piece.Text);
            return;
        }

        builder.OpenElement(1, "span");
        builder.AddAttribute(2, "class", classes.Length > 0 ? classes : null);
        builder.AddAttribute(3, "title", title.Length > 0 ? title : null);
        // effects.js adds the tokens that the feature promotes there, so that a page need not hold thousands of them.
        builder.AddAttribute(4, "data-t", Effects is null || ablated.Length == 0 ? null : string.Join(',', ablated.Select(a => a.At)));
        builder.AddContent(5, piece.Text);
        builder.CloseElement();
    };

    private string Title(float activation, AblatedToken[] ablated) => string.Join(
        "\n", new[] { activation > 0 ? Show.Two(activation) : null, Effects is null ? AblationText.Of(ablated, Text) : AblationText.Loss(ablated) }.Where(part => part is not null));

    // Text that stands for something else is shown in a quieter colour.
    private static bool IsMark(string text) => text is "⏎" or "⇥" or "␍" or TokenText.EndOfText || text.Contains("\\x", StringComparison.Ordinal);

    private string Class(float activation, bool mark)
    {
        var shade = activation <= 0 || Max <= 0 ? 0 : Math.Clamp((int)Math.Ceiling(Shades * activation / Max), 1, Shades);
        return (shade > 0 ? $"a{shade}" : string.Empty) + (mark ? " m" : string.Empty);
    }
}
