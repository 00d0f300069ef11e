using Microsoft.JSInterop;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>Keeps the address of a page with a connection true while its reader changes what it shows, so that the address can be sent to a colleague at any moment.</summary>
public sealed class AddressBar(IJSRuntime js)
{
    /// <summary>Shows an address of this server, without loading anything.</summary>
    public async Task Show(string url)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await js.InvokeVoidAsync("history.replaceState", limit.Token, null, string.Empty, url);
        }
        catch (Exception failure) when (failure is JSDisconnectedException or OperationCanceledException)
        {
            // The connection is away for a moment, or the page was left: the next change shows its address.
        }
    }
}
