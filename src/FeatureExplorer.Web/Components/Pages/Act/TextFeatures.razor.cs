using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Texts;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Pages.Act;

/// <summary>A text and its features, live while it is typed.</summary>
public sealed partial class TextFeatures(
    FeatureStore store, ExplorerData data, TextService texts, Explorations explorations, ComputingPlaces places, AddressBar address)
{
    private readonly CancellationTokenSource _left = new();
    private string _visitor = $"page {Guid.NewGuid()}";
    private DictionaryInfo? _dictionary;
    private OpenDictionary? _files;
    private IReadOnlyList<DictionaryInfo> _others = [];
    private IReadOnlyList<ExampleText> _examples = [];
    private TextQuery _query = new();
    private TextAnswer? _answer;
    private string? _problem;
    private bool _selecting;
    private bool _reading;
    private bool _again;

    /// <summary>The request, while the server draws the page; null once the page has its connection.</summary>
    [CascadingParameter]
    public HttpContext? HttpContext { get; set; }

    [Parameter]
    public required string Model { get; set; }

    [Parameter]
    public required string Name { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "feature")]
    private int? Feature { get; set; }

    [SupplyParameterFromQuery(Name = "token")]
    private int? Token { get; set; }

    [SupplyParameterFromQuery(Name = "tokens")]
    private string? Tokens { get; set; }

    [SupplyParameterFromQuery(Name = "q2")]
    private string? Second { get; set; }

    [SupplyParameterFromQuery(Name = "q3")]
    private string? Third { get; set; }

    [SupplyParameterFromQuery(Name = "contrast")]
    private string? Contrast { get; set; }

    [SupplyParameterFromQuery(Name = "with")]
    private string? With { get; set; }

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _dictionary = store.FindDictionary(Model, Name);
        if (_dictionary is null)
        {
            return;
        }

        _visitor = (HttpContext?.Connection.RemoteIpAddress ?? CircuitAddress.Current) is { } from ? RateLimits.Visitor(from) : _visitor;
        _query = TextQuery.Parse(Text, Feature, Token, Tokens, Second, Third, Contrast, With);
        texts.Check(_dictionary, _query);
        _files = data.Open(_dictionary);
        _others = texts.Others(_dictionary);
        _examples = explorations.Examples(_dictionary);
        await Read();
    }

    private async Task Change(TextQuery query)
    {
        _query = query;
        await address.Show(Urls.TextWith(_dictionary!, _query));
        await Read();
    }

    private Task Click(TokenPiece piece)
    {
        // A piece is one token or several that share a character: the end-of-text mark before the text cannot be selected.
        var tokens = Enumerable.Range(piece.Start, piece.Length).Where(static token => token > 0).ToList();
        return !_selecting ? Change(_query with { Token = _query.Token == piece.Start ? null : piece.Start })
            : tokens.Count == 0 ? Task.CompletedTask
            : Change(_query with
            {
                Selected = tokens.TrueForAll(_query.Selected.Contains)
                    ? [.. _query.Selected.Except(tokens)]
                    : [.. _query.Selected.Union(tokens).Order().Take(TextQuery.MostSelected)],
            });
    }

    private Task ChooseFeature(int feature) => Change(_query with { Feature = _query.Feature == feature ? null : feature });

    private Task SetBeside(string name, bool beside) => Change(_query with { With = beside ? [.. _query.With.Append(name).Distinct()] : [.. _query.With.Where(other => other != name)] });

    // While a text is read, others that are typed wait, and only the last of them is read then.
    private async Task Read()
    {
        if (_reading)
        {
            _again = true;
            return;
        }

        _reading = true;
        do
        {
            _again = false;
            await ReadOnce(_query);
        }
        while (_again && !_left.IsCancellationRequested);
        _reading = false;
    }

    private async Task ReadOnce(TextQuery query)
    {
        try
        {
            var dictionary = _dictionary!;
            _answer = query.Text.Length == 0 ? null : await places.Answer(_visitor, time => texts.Read(dictionary, query, time), _left.Token);
            _problem = null;
        }
        catch (Exception failure) when (failure is ComputingRefusedException or DamagedFileException or InvalidDataException)
        {
            (_answer, _problem) = (null, failure.Message);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }

        StateHasChanged();
    }
}
