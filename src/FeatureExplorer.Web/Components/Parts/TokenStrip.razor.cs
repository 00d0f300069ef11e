using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Parts;

/// <summary>An example of a feature as a line of tokens.</summary>
public sealed partial class TokenStrip
{
    private const int Shades = 9;

    private IReadOnlyList<TokenPiece> _pieces = [];
    private int _centre;

    [Parameter, EditorRequired]
    public required Example Example { get; set; }

    /// <summary>The feature's largest activation, which gets the strongest background.</summary>
    [Parameter, EditorRequired]
    public float Max { get; set; }

    [Parameter, EditorRequired]
    public required TokenBytes Bytes { get; set; }

    private IEnumerable<TokenPiece> Before => _pieces.Take(_centre);

    private TokenPiece Centre => _pieces[_centre];

    private IEnumerable<TokenPiece> After => _pieces.Skip(_centre + 1);

    // The whole line runs the way its script does, so that words join and read as they should.
    private string Direction => TextDirection.Of(_pieces.Where(p => !p.Marked).Select(p => p.Text));

    protected override void OnParametersSet()
    {
        _pieces = TokenPieces.Of(Example.Tokens, Bytes);
        _centre = Enumerable.Range(0, _pieces.Count).First(i => Example.Centre < _pieces[i].First + _pieces[i].Count);
    }

    private RenderFragment Render(TokenPiece piece) => builder =>
    {
        var activation = Enumerable.Range(piece.First, piece.Count).Max(i => Example.Activations[i]);
        if (activation <= 0 && !piece.Marked)
        {
            builder.AddContent(0, piece.Text);
            return;
        }

        builder.OpenElement(1, "span");
        builder.AddAttribute(2, "class", Class(activation, piece.Marked));
        if (activation > 0)
        {
            builder.AddAttribute(3, "title", Show.Two(activation));
        }

        builder.AddContent(4, piece.Text);
        builder.CloseElement();
    };

    private string Class(float activation, bool marked)
    {
        var shade = activation <= 0 || Max <= 0 ? 0 : Math.Clamp((int)Math.Ceiling(Shades * activation / Max), 1, Shades);
        return (shade > 0 ? $"a{shade}" : string.Empty) + (marked ? " m" : string.Empty);
    }
}
