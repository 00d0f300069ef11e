using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FeatureExplorer.Web.Components.Forms;

/// <summary>
/// A form whose files the browser sends by itself (js/upload.js), past the page's connection, which is made for short messages. The script tells the form what was chosen, how far it is, and
/// how it ended.
/// </summary>
public abstract class SendingForm : ComponentBase, IAsyncDisposable
{
    private const int LongestProblem = 1000;

    private DotNetObjectReference<SendingForm>? _self;
    private IJSObjectReference? _script;

    [Inject]
    public required IJSRuntime Js { get; set; }

    /// <summary>The form's element.</summary>
    protected ElementReference Form { get; set; }

    /// <summary>What was chosen.</summary>
    protected List<ChosenFile> Files { get; } = [];

    /// <summary>What is wrong, in a sentence, or null.</summary>
    protected string? Problem { get; set; }

    /// <summary>What there is to say of files that were stored, or null.</summary>
    protected string? Note { get; private set; }

    /// <summary>How much has been sent, 0 to 1; null while nothing is sent.</summary>
    protected double? Sent { get; private set; }

    /// <summary>Bytes that are sent in all.</summary>
    protected double Total { get; private set; }

    /// <summary>What is wrong with the chosen files, as the server will see it; null where they do.</summary>
    protected abstract string? Wrong { get; }

    /// <summary>For the script: other files were chosen. Long lists come in pieces.</summary>
    /// <param name="files">A piece of them.</param>
    /// <param name="from">How many came before it; 0 begins a new list.</param>
    [JSInvokable]
    public void Chosen(ChosenFile[] files, int from = 0)
    {
        if (from == 0)
        {
            Files.Clear();
        }

        Files.AddRange(files);
        (Problem, Note) = (Wrong, null);
        Changed();
        StateHasChanged();
    }

    /// <summary>For the script: so many bytes have been sent.</summary>
    [JSInvokable]
    public void Progress(double sent, double total)
    {
        (Sent, Total, Problem) = (total > 0 ? Math.Clamp(sent / total, 0, 1) : 0, total, null);
        StateHasChanged();
    }

    /// <summary>For the script: sending has ended and nothing was kept; null where it was cancelled.</summary>
    [JSInvokable]
    public void Ended(string? problem)
    {
        (Sent, Problem) = (null, problem is { Length: > LongestProblem } ? problem[..LongestProblem] : problem ?? "Cancelled; nothing was kept.");
        StateHasChanged();
    }

    /// <summary>For the script: the server has stored the files under a name.</summary>
    /// <param name="name">What they are stored as.</param>
    /// <param name="note">What became of the name that was asked for, or null.</param>
    [JSInvokable]
    public async Task Stored(string name, string? note = null)
    {
        (Sent, Problem, Note) = (null, null, note);
        Files.Clear();
        await Done(name);
        StateHasChanged();
    }

    public async ValueTask DisposeAsync()
    {
        _self?.Dispose();
        try
        {
            await (_script?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone, and the script with it.
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Called when other files were chosen.</summary>
    protected virtual void Changed()
    {
    }

    /// <summary>Called when the files are stored.</summary>
    protected virtual Task Done(string name) => Task.CompletedTask;

    /// <summary>Breaks off.</summary>
    protected async Task Cancel()
    {
        try
        {
            await (_script?.InvokeVoidAsync("cancel", Form) ?? ValueTask.CompletedTask);
        }
        catch (Exception failure) when (failure is JSException or JSDisconnectedException or OperationCanceledException)
        {
            // The browser has gone, and its request with it.
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _self = DotNetObjectReference.Create(this);
        try
        {
            _script = await Js.InvokeAsync<IJSObjectReference>("import", "/" + Assets["js/upload.js"]);
            await _script.InvokeVoidAsync("attach", Form, _self);
        }
        catch (Exception failure) when (failure is JSException or JSDisconnectedException or OperationCanceledException)
        {
            // A form with an action is sent without script then.
            _script = null;
        }
    }
}
