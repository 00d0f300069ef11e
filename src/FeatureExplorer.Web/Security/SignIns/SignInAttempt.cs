namespace FeatureExplorer.Web.Security.SignIns;

/// <summary>An attempt that is under way; others of the same address on the same account wait until it is disposed.</summary>
public sealed class SignInAttempt : IDisposable
{
    private readonly SignInAttempts _attempts;
    private readonly AttemptCount _count;
    private readonly string _name;

    internal SignInAttempt(SignInAttempts attempts, AttemptCount count, string name) => (_attempts, _count, _name) = (attempts, count, name);

    /// <summary>Counts it, before the password is compared.</summary>
    /// <param name="stamp">The account's stamp, or null when the name has no account.</param>
    /// <param name="cancellation">The visitor has gone.</param>
    public async Task<AttemptState> Take(string? stamp, CancellationToken cancellation)
    {
        var (state, wait) = _attempts.Take(_count, _name, stamp);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, cancellation);
        }

        return state;
    }

    /// <summary>The password was right: nothing is counted.</summary>
    public void Succeeded() => _attempts.Succeeded(_count, _name);

    public void Dispose()
    {
        _count.Gate.Release();
        _attempts.Leave(_count);
    }
}
