using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.NewRuns;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Runs;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace FeatureExplorer.Web.Components.Pages.Act;

/// <summary>The form for a new run: what it holds, how it is checked and estimated while it is filled in, and how it is kept over a reload.</summary>
public sealed partial class RunNew
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private readonly BrowserDraft _draft = new("run-draft");

    private RunForm _form = RunForm.Of(RunPreset.Standard, null);
    private RunReading _read = null!;
    private RunReading _shown = null!;
    private RunOutlook? _outlook;
    private IReadOnlyList<PresetChange>? _changes;
    private List<(string Value, string Text)> _texts = [];
    private string? _before;
    private string? _other;
    private string? _problem;
    private string? _focus;
    private int _step;
    private int _open;
    private int _turn;
    private int _estimates;
    private bool _busy = true;
    private bool _clash;
    private bool _saved;
    private bool _restored;
    private bool _starting;

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [SupplyParameterFromQuery(Name = "preset")]
    private string? Preset { get; set; }

    [SupplyParameterFromQuery(Name = "corpus")]
    private string? Corpus { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private long? From { get; set; }

    private string CorpusName => CorpusFolder.Added(_form.Value("corpus")) is { } added ? $"the corpus {added}" : _form.Value("corpus").Length == 0 ? "the demo corpus" : "the same files";

    public ValueTask DisposeAsync()
    {
        _turn++;
        return _draft.DisposeAsync();
    }

    protected override void OnInitialized() => Begin();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await Restore();
            await FindDevices();
            await Estimate();
            StateHasChanged();
        }
        else if (_focus is { } field)
        {
            _focus = null;
            await _draft.Focus(field);
        }
    }

    // The form as the address fills it in.
    private void Begin()
    {
        var from = From is { } id ? Runs.Find(id) ?? throw new AddressException("from", $"{id}", "the number of a run that exists") : null;
        var cloned = from is null ? null : RunConfigurationJson.Of(from);
        var start = cloned ?? RunPreset.All.FirstOrDefault(p => p.Preset == Preset) ?? RunPreset.Standard;
        if (!string.IsNullOrEmpty(Corpus) && Corpora.Find(Corpus) is null)
        {
            throw new AddressException("corpus", Corpus, "a corpus that was added");
        }

        _form = RunForm.Of(cloned is null ? start with { Model = Estimator.FreeName(start) } : start, From);
        if (!string.IsNullOrEmpty(Corpus) || cloned is not null)
        {
            _form.Choose("corpus", string.IsNullOrEmpty(Corpus) ? _form.Value("corpus") : CorpusFolder.Prefix + Corpus);
        }

        _texts = [("", "demo corpus"), .. Corpora.All().Where(c => c.State == CorpusState.Ready).Select(c => (CorpusFolder.Prefix + c.Name, $"{c.Name}: {Show.Counted(c.Documents, "document")}, {Show.Bytes(c.TextBytes)}"))];
        if (_form.Value("corpus") is { Length: > 0 } chosen && _texts.All(t => t.Value != chosen))
        {
            _texts.Add((chosen, $"the files of {chosen.Replace(':', ' ')}"));
        }

        Check();
    }

    /// <summary>A field has another value: everything is looked at when nothing more has changed for a moment.</summary>
    private void Changed(string field) => _ = InvokeAsync(async () =>
    {
        var turn = ++_turn;
        _busy = true;
        await Task.Delay(Pause);
        if (turn == _turn)
        {
            await Look();
            if (field == "corpus")
            {
                await _draft.Write(Address());
            }
        }
    });

    private async Task Look()
    {
        Check();
        StateHasChanged();
        await Keep();
        await Estimate();
        StateHasChanged();
    }

    private void Check()
    {
        _read = _form.Read(Runs).With([.. MixtureCheck.Of(_form, Corpora), .. DeviceProblems]);
        // What was said of the names holds until they have been looked up again.
        _shown = _read.Problems.Count == 0 && _outlook is { Names.Count: > 0 } last && last.Configuration.Dictionaries.Count == _read.Configuration!.Dictionaries.Count
            && last.Configuration.Model == _read.Configuration.Model && last.Configuration.Replace == _read.Configuration.Replace ? _read.With(last.Names) : _read;
    }

    private async Task Estimate()
    {
        // What is typed meanwhile is looked at, and estimated, in a turn of its own.
        var (turn, estimate) = (_turn, ++_estimates);
        var read = _read;
        _busy = read.Problems.Count == 0;
        if (!_busy)
        {
            return;
        }

        var outlook = await Estimator.Of(read.Configuration!);
        if ((turn, estimate) == (_turn, _estimates))
        {
            Present(read, outlook);
        }
    }

    private void Present(RunReading read, RunOutlook outlook)
    {
        // Whoever has typed on meanwhile is told of what stands there now.
        if (read == _read)
        {
            (_outlook, _shown, _busy, _clash) = (outlook, read.With(outlook.Names), false, outlook.Names.Count > 0);
        }
    }

    private async Task Fill(RunConfiguration preset)
    {
        _before = _form.Save();
        _changes = _form.Apply(preset);
        _open = Math.Min(_open, _form.Rows - 1);
        if (!_form.IsChosen("model") && From is null)
        {
            _form.Propose("model", await Task.Run(() => Estimator.FreeName(preset)));
        }

        await _draft.Write(Address());
        await Look();
    }

    private async Task UndoPreset()
    {
        (_form, _changes) = (RunForm.Load(_before) ?? _form, null);
        await _draft.Write(Address());
        await Look();
    }

    private async Task Add()
    {
        _form.AddRow();
        _open = _form.Rows - 1;
        await Look();
    }

    private async Task Remove(int row)
    {
        _form.RemoveRow(row);
        _open = Math.Min(_open, _form.Rows - 1);
        await Look();
    }

    private async Task Replace(bool yes)
    {
        _form.Choose("replace", yes ? "yes" : string.Empty);
        await Look();
    }

    private async Task Start()
    {
        _problem = null;
        Check();
        if (_starting || _read.Problems.Count > 0)
        {
            _focus = "problems";
            return;
        }

        _starting = true;
        var read = _read;
        try
        {
            var outlook = await Estimator.Of(read.Configuration!);
            if (outlook.Names.Count > 0)
            {
                Present(read, outlook);
                _focus = "problems";
                return;
            }

            var user = (await Authentication).User;
            var run = await Task.Run(() => Queue.Enqueue(user, read.Configuration!, _form.From));
            await _draft.Remove();
            Navigation.NavigateTo(Urls.Run(run.Id), forceLoad: true);
        }
        catch (Exception failure) when (failure is ArgumentException or AccessDeniedException)
        {
            _problem = failure.Message;
        }
        finally
        {
            _starting = false;
        }
    }

    private void Go(string field)
    {
        (_step, _focus) = (RunSteps.Of(field), field);
        _open = Enumerable.Range(0, _form.Rows).Where(row => field.StartsWith(RunForm.Field(row, string.Empty), StringComparison.Ordinal)).DefaultIfEmpty(_open).First();
    }

    private string Address() => Urls.NewRunWith(RunPreset.All.FirstOrDefault(p => p.Preset == _form.Value("preset"))?.Preset, CorpusFolder.Added(_form.Value("corpus")), From);

    /// <summary>Keeps the form in the browser's tab, with the address that it belongs to.</summary>
    private async Task Keep()
    {
        _saved |= await _draft.Save(Address(), _form.Save());
    }

    /// <summary>After a reload the draft comes back by itself; on another address it is offered.</summary>
    private async Task Restore()
    {
        await _draft.Open(Js, "/" + Assets["js/draft.js"]);
        if (await _draft.Load() is not var (address, text) || RunForm.Load(text) is not { } draft)
        {
            return;
        }

        // What was typed before the draft came is not thrown away for it.
        if (_turn == 0 && address == "/" + Navigation.ToBaseRelativePath(Navigation.Uri))
        {
            (_form, _restored, _saved) = (draft, true, true);
            Check();
        }
        else
        {
            _other = text;
        }
    }

    private async Task Continue()
    {
        (_form, _other) = (RunForm.Load(_other) ?? _form, null);
        await _draft.Write(Address());
        await Look();
    }

    private async Task Discard()
    {
        (_restored, _saved, _changes, _other, _problem, _outlook, _open) = (false, false, null, null, null, null, 0);
        await _draft.Remove();
        Begin();
        await Estimate();
    }
}
