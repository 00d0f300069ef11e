using Microsoft.JSInterop;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>A script's functions for a page with a connection. Nothing that the browser does or fails to do ends the page.</summary>
/// <param name="js">The connection.</param>
/// <param name="address">Of the script.</param>
public sealed class PageScript(IJSRuntime js, string address) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private IJSObjectReference? _module;

    /// <summary>Calls a function.</summary>
    /// <returns>False when the browser did not answer in time, or the function failed.</returns>
    public async Task<bool> Call(string function, params object?[] arguments) => (await Ask<System.Text.Json.JsonElement>(function, arguments)).Answered;

    /// <summary>Calls a function that answers.</summary>
    public async Task<(bool Answered, T? Answer)> Ask<T>(string function, params object?[] arguments)
    {
        // While the connection is away no call is answered: each has a limit of its own.
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            _module ??= await js.InvokeAsync<IJSObjectReference>("import", limit.Token, address);
            return (true, await _module.InvokeAsync<T?>(function, limit.Token, arguments));
        }
        catch (Exception failure) when (failure is JSException or JSDisconnectedException or OperationCanceledException)
        {
            return (false, default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_module is not null)
        {
            try
            {
                await _module.DisposeAsync();
            }
            catch (Exception failure) when (failure is JSException or JSDisconnectedException or OperationCanceledException)
            {
                // The browser has gone, and the script with it.
            }
        }
    }
}
