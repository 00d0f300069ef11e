using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Web.Runs;

/// <summary>What people may do with runs. Every action checks who asks, whether the run's state allows it, and leaves a line in its log.</summary>
public sealed class RunQueue(RunStore runs, RunHistory history, RunMonitor monitor, RunNames names, RunWriter writer, Permissions permissions, AuditLog audit)
    : IDisposable
{
    private readonly SemaphoreSlim _changed = new(0);

    /// <summary>Why no run is begun at the moment, or null.</summary>
    public string? Notice { get; internal set; }

    /// <summary>Puts a run at the end of the queue.</summary>
    /// <exception cref="ArgumentException">The configuration does not work, or a name is taken.</exception>
    /// <exception cref="AccessDeniedException">The user may not.</exception>
    public RunInfo Enqueue(ClaimsPrincipal user, RunConfiguration configuration)
    {
        var name = permissions.Demand(user, Role.Admin).Name;
        configuration.Validate();
        configuration = names.Settle(configuration);
        var run = Add(configuration, name);
        audit.Record(user, "run.start", Subject(run.Id), detail: configuration.Model);
        return run;
    }

    /// <summary>The configuration with names that it can have, and what is wrong with those that it cannot.</summary>
    public (RunConfiguration Settled, IReadOnlyList<RunProblem> Problems) Names(RunConfiguration configuration) => names.Check(configuration);

    /// <summary>Stops a run for good, or takes it out of the queue.</summary>
    public bool Cancel(ClaimsPrincipal user, long id) => Stop(user, id, RunStatus.Cancelled);

    /// <summary>Stops a run for a while, or holds it back.</summary>
    public bool Pause(ClaimsPrincipal user, long id) => Stop(user, id, RunStatus.Paused);

    /// <summary>Puts a stopped run back into the queue.</summary>
    public bool Resume(ClaimsPrincipal user, long id)
    {
        var name = permissions.Demand(user, Role.Admin).Name;
        return Done(
            runs.TryMove(id, [RunStatus.Paused, RunStatus.Cancelled, RunStatus.Interrupted, RunStatus.Failed], RunStatus.Queued, RunOrigin.Queue),
            user, id, "run.resume", $"Back in the queue, by {name}");
    }

    /// <summary>Asks a running run to make the features of the dictionary in training browsable at its next opportunity.</summary>
    public bool ShowFeatures(ClaimsPrincipal user, long id)
    {
        permissions.Demand(user, Role.Admin);
        return monitor.AskForFeatures(id);
    }

    /// <summary>Moves a waiting run by one place.</summary>
    public bool Shift(ClaimsPrincipal user, long id, bool earlier)
    {
        permissions.Demand(user, Role.Admin);
        return runs.TryShift(id, earlier);
    }

    /// <summary>
    /// Deletes the record of a run that does not run, and the half-trained features it has left. What another run that is not finished makes under the same
    /// name, such as a clone, is that run's, too, and stays.
    /// </summary>
    public bool Delete(ClaimsPrincipal user, long id)
    {
        permissions.Demand(user, Role.Admin);
        var run = runs.Find(id);
        if (!runs.TryDelete(id))
        {
            return false;
        }

        audit.Record(user, "run.delete", Subject(id));
        if (run is not null && RunConfigurationJson.Of(run) is { } configuration)
        {
            var others = runs.Unfinished().Select(RunConfigurationJson.Of).OfType<RunConfiguration>().Where(other => other.Model == configuration.Model)
                .SelectMany(static other => other.Dictionaries.Select(static dictionary => dictionary.Name)).ToHashSet();
            foreach (var dictionary in configuration.Dictionaries.Where(dictionary => !others.Contains(dictionary.Name)))
            {
                writer.RemoveForming(configuration.Model, dictionary.Name);
            }
        }

        return true;
    }

    /// <summary>Tries again after the queue was held up.</summary>
    public void Retry(ClaimsPrincipal user)
    {
        permissions.Demand(user, Role.Admin);
        Notice = null;
        _changed.Release();
    }

    /// <summary>Puts a run of the server's own into the queue.</summary>
    internal RunInfo Add(RunConfiguration configuration, string? requestedBy)
    {
        var run = runs.Add(configuration.Preset, RunConfigurationJson.Write(configuration), RunOrigin.Queue, requestedBy);
        history.Log(run.Id, RunEventKind.State, requestedBy is null ? "Queued by the server" : $"Queued by {requestedBy}");
        _changed.Release();
        return run;
    }

    /// <summary>Returns when something has changed, or after a while.</summary>
    internal Task Wait(TimeSpan atMost, CancellationToken cancellation) => _changed.WaitAsync(atMost, cancellation);

    public void Dispose() => _changed.Dispose();

    private static string Subject(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private bool Stop(ClaimsPrincipal user, long id, RunStatus status)
    {
        var name = permissions.Demand(user, Role.Admin).Name;
        IReadOnlyList<RunStatus> from = status == RunStatus.Cancelled ? [RunStatus.Queued, RunStatus.Paused, RunStatus.Interrupted] : [RunStatus.Queued];
        return Done(runs.TryMove(id, from, status) || runs.TryAsk(id, status), user, id, status == RunStatus.Cancelled ? "run.cancel" : "run.pause", $"{status}, by {name}");
    }

    private bool Done(bool done, ClaimsPrincipal user, long id, string action, string line)
    {
        if (done)
        {
            audit.Record(user, action, Subject(id));
            history.Log(id, RunEventKind.State, line);
            _changed.Release();
        }

        return done;
    }
}
