namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>
/// One computation for everyone who asks the same at the same time. It runs on the thread of the one who asked first, and it is cancelled when all who asked
/// have left: while one is still waiting it goes on. Safe for several threads.
/// </summary>
/// <typeparam name="T">The result.</typeparam>
public sealed class SharedWork<T>
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Work> _running = [];

    /// <summary>Computes, or waits for the one who computes the same now.</summary>
    /// <param name="key">Equal for the same question.</param>
    /// <param name="compute">Answers it; the token is cancelled when nobody waits for the answer any more.</param>
    /// <param name="cancellation">The one who asks has left.</param>
    /// <exception cref="OperationCanceledException">The one who asked has left.</exception>
    public T Get(string key, Func<CancellationToken, T> compute, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(compute);
        cancellation.ThrowIfCancellationRequested();
        var (work, first) = Join(key);
        var left = 0;
        using var leaving = cancellation.UnsafeRegister(_ => LeaveOnce(), null);
        try
        {
            if (first)
            {
                Run(key, work, compute);
            }
            else
            {
                Wait(work, cancellation);
            }
        }
        finally
        {
            // Whoever is woken by the cancellation may take the registration back before its turn comes.
            if (cancellation.IsCancellationRequested)
            {
                LeaveOnce();
            }
        }

        cancellation.ThrowIfCancellationRequested();
        return work.Result.Task.GetAwaiter().GetResult();

        void LeaveOnce()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                Leave(work);
            }
        }
    }

    /// <summary>How many wait for the answer to a question.</summary>
    internal int Waiting(string key)
    {
        lock (_gate)
        {
            return _running.GetValueOrDefault(key)?.Waiting ?? 0;
        }
    }

    private static void Wait(Work work, CancellationToken cancellation)
    {
        try
        {
            work.Result.Task.Wait(cancellation);
        }
        catch (AggregateException)
        {
            // The failure itself is thrown where the result is read.
        }
    }

    private void Run(string key, Work work, Func<CancellationToken, T> compute)
    {
        try
        {
            work.Result.SetResult(compute(work.Unwanted.Token));
        }
        catch (Exception e)
        {
            work.Result.SetException(e);
        }
        finally
        {
            lock (_gate)
            {
                if (_running.GetValueOrDefault(key) == work)
                {
                    _running.Remove(key);
                }
            }
        }
    }

    private (Work Work, bool First) Join(string key)
    {
        lock (_gate)
        {
            // What everyone has left is about to stop: it answers nobody.
            if (_running.TryGetValue(key, out var running) && running.Waiting > 0)
            {
                running.Waiting++;
                return (running, false);
            }

            return (_running[key] = new Work(), true);
        }
    }

    private void Leave(Work work)
    {
        lock (_gate)
        {
            if (--work.Waiting > 0)
            {
                return;
            }
        }

        work.Unwanted.Cancel();
    }

    private sealed class Work
    {
        public TaskCompletionSource<T> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Unwanted { get; } = new();

        public int Waiting { get; set; } = 1;
    }
}
