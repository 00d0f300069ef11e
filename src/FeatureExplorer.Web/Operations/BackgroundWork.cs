namespace FeatureExplorer.Web.Operations;

/// <summary>Work that goes on in the background after the request that asked for it, such as fetching files.</summary>
/// <param name="stopping">Ends with the server.</param>
internal sealed class BackgroundWork(CancellationToken stopping) : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the server, and where somebody stops it.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Asks it to stop, and returns when it has ended.</summary>
    public async Task Stop()
    {
        if (!_done.Task.IsCompleted)
        {
            await _stop.CancelAsync();
        }

        await _done.Task;
    }

    /// <summary>To be called at its end.</summary>
    public void End() => _done.TrySetResult();

    public void Dispose() => _stop.Dispose();
}
