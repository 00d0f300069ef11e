using Microsoft.JSInterop;

namespace FeatureExplorer.Web.Components.NewRuns;

/// <summary>
/// What a form keeps in the browser's tab (js/draft.js): its draft, its address, and where the cursor is. While the connection is away no call is answered, so each has a
/// limit of its own; a form works without any of them.
/// </summary>
/// <param name="name">Of the draft.</param>
public sealed class BrowserDraft(string name) : IAsyncDisposable
{
    // What a browser may send in one message is bounded.
    private const int LongestDraft = 24_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private IJSObjectReference? _script;

    /// <summary>Loads the script.</summary>
    public async Task Open(IJSRuntime js, string module)
    {
        try
        {
            _script = await js.InvokeAsync<IJSObjectReference>("import", module);
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            _script = null;
        }
    }

    /// <summary>The draft that was kept with the page's address at that time, or null.</summary>
    public async Task<(string Address, string Text)?> Load() =>
        (await Call<string>("load", name))?.Split('\n', 2) is [var address, var text] ? (address, text) : null;

    /// <summary>Keeps a draft.</summary>
    /// <returns>False where it is too long to be loaded again.</returns>
    public async Task<bool> Save(string address, string text)
    {
        if (address.Length + text.Length > LongestDraft)
        {
            return false;
        }

        await Call<object>("save", name, $"{address}\n{text}");
        return true;
    }

    /// <summary>Forgets the draft.</summary>
    public Task Remove() => Call<object>("remove", name);

    /// <summary>Writes the form's state into the page's address, without loading anything.</summary>
    public Task Write(string address) => Call<object>("address", address);

    /// <summary>Puts the cursor into a field.</summary>
    public Task Focus(string field) => Call<bool>("focus", field);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await (_script?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone, and the script with it.
        }
    }

    private static bool IsExpected(Exception failure) => failure is JSException or JSDisconnectedException or OperationCanceledException;

    // A script's failure that nobody catches would end the whole page.
    private async Task<T?> Call<T>(string function, params object?[] arguments)
    {
        if (_script is null)
        {
            return default;
        }

        using var limit = new CancellationTokenSource(Limit);
        try
        {
            return await _script.InvokeAsync<T>(function, limit.Token, arguments);
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            return default;
        }
    }
}
