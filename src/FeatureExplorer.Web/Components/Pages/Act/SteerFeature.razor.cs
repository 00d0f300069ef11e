using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Steering;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Pages.Act;

/// <summary>A feature held at an activation while the model goes on with a text.</summary>
public sealed partial class SteerFeature(
    FeatureStore store, ExplorerData data, FeatureNames names, SteeringService steering, ComputingPlaces places, AddressBar address)
{
    private readonly CancellationTokenSource _left = new();
    private CancellationTokenSource _current = new();
    private string _visitor = $"page {Guid.NewGuid()}";
    private DictionaryInfo? _dictionary;
    private FeatureReport? _report;
    private OpenDictionary? _files;
    private string _name = string.Empty;
    private SteeringQuery _query = new();
    private ContextInfo? _context;
    private SteeringAnswer? _answer;
    private SteeringProgress? _coming;
    private List<SteeringPoint> _curve = [];
    private string _chart = string.Empty;
    private string? _problem;
    private int _drawing;

    /// <summary>The request, while the server draws the page; null once the page has its connection.</summary>
    [CascadingParameter]
    public HttpContext? HttpContext { get; set; }

    [Parameter]
    public required string Model { get; set; }

    [Parameter]
    public required string Name { get; set; }

    [Parameter]
    public int Index { get; set; }

    [SupplyParameterFromQuery(Name = "prompt")]
    private string? Prompt { get; set; }

    [SupplyParameterFromQuery(Name = "strength")]
    private string? Strength { get; set; }

    [SupplyParameterFromQuery(Name = "with")]
    private string? With { get; set; }

    [SupplyParameterFromQuery(Name = "tokens")]
    private string? Tokens { get; set; }

    [SupplyParameterFromQuery(Name = "samples")]
    private string? Samples { get; set; }

    [SupplyParameterFromQuery(Name = "seed")]
    private string? Seed { get; set; }

    [SupplyParameterFromQuery(Name = "temperature")]
    private string? Temperature { get; set; }

    [SupplyParameterFromQuery(Name = "topk")]
    private string? TopK { get; set; }

    [SupplyParameterFromQuery(Name = "topp")]
    private string? TopP { get; set; }

    [SupplyParameterFromQuery(Name = "positions")]
    private string? Positions { get; set; }

    [SupplyParameterFromQuery(Name = "error")]
    private string? Error { get; set; }

    [SupplyParameterFromQuery(Name = "context")]
    private string? Context { get; set; }

    [SupplyParameterFromQuery(Name = "colour")]
    private string? Colour { get; set; }

    private bool CurveIsComplete => _chart.Length > 0 && _curve.Count == SteeringPoint.Strengths.Count;

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
        _current.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _dictionary = store.FindDictionary(Model, Name);
        _report = _dictionary is null ? null : store.FindFeature(_dictionary, Index);
        if (_dictionary is null || _report is null || _report.State == FeatureState.Dead)
        {
            return;
        }

        _visitor = (HttpContext?.Connection.RemoteIpAddress ?? CircuitAddress.Current) is { } from ? RateLimits.Visitor(from) : _visitor;
        _files = data.Open(_dictionary);
        _name = names.Of(_dictionary, _report).Text;
        _query = SteeringQuery.Parse(Prompt, Strength, With, Tokens, Samples, Seed, Temperature, TopK, TopP, Positions, Error, Context, Colour);
        _context = SteeringService.ContextOf(_dictionary, _report, _query);
        await Ask();
    }

    private async Task SetColour(bool byContext)
    {
        _query = _query with { ByContext = byContext };
        await address.Show(Urls.Steer(_dictionary!, Index, _query));
    }

    private async Task Change(SteeringQuery query)
    {
        _query = query;
        _context = SteeringService.ContextOf(_dictionary!, _report!, _query);
        await address.Show(Urls.Steer(_dictionary!, Index, _query));
        await Ask();
    }

    // What is asked for now replaces what was asked for before.
    private async Task Ask()
    {
        await _current.CancelAsync();
        _current.Dispose();
        var current = _current = CancellationTokenSource.CreateLinkedTokenSource(_left.Token);
        (_answer, _coming, _problem) = (null, null, null);
        var chart = ChartUrls.Steer(_dictionary!, Index, _query);
        _curve = chart == _chart ? _curve : [];
        StateHasChanged();
        try
        {
            var (dictionary, report, query, token) = (_dictionary!, _report!, _query, current.Token);
            var answer = await places.Answer(_visitor, time => steering.Sample(dictionary, report, query, progress => Draw(progress, current), time), token);
            if (current != _current)
            {
                return;
            }

            (_answer, _coming) = (answer, null);
            StateHasChanged();
            if (RendererInfo.IsInteractive && _chart != chart)
            {
                await DrawCurve(chart, dictionary, report, query, current);
            }
        }
        catch (Exception failure) when (failure is ComputingRefusedException or DamagedFileException or InvalidDataException or AddressException)
        {
            _problem = current == _current ? failure.Message : _problem;
        }
        catch (OperationCanceledException)
        {
            // The page was left, or something else is asked for.
        }
    }

    // One strength at a time: in between, other readers have their turn. The chart's address is set when the service knows all of it.
    private async Task DrawCurve(string chart, DictionaryInfo dictionary, FeatureReport report, SteeringQuery query, CancellationTokenSource asked)
    {
        var points = _curve = [];
        foreach (var strength in SteeringPoint.Strengths)
        {
            points.Add(await places.Answer(_visitor, time => steering.Point(dictionary, report, query, strength, time), asked.Token));
            if (asked != _current)
            {
                return;
            }

            StateHasChanged();
        }

        _chart = chart;
    }

    // Called on the thread that samples: a drawing that is still under way is not waited for.
    private void Draw(SteeringProgress progress, CancellationTokenSource asked)
    {
        if (RendererInfo.IsInteractive && Interlocked.Exchange(ref _drawing, 1) == 0)
        {
            _ = InvokeAsync(() =>
            {
                _coming = asked == _current && _answer is null ? progress : _coming;
                StateHasChanged();
                _drawing = 0;
            });
        }
    }
}
