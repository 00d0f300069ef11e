using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Web.Runs;

/// <summary>What people may do with runs. Every action checks who asks and whether the run's state allows it, and leaves a line in its log.</summary>
/// <remarks>Where the state does not allow it, actions throw <see cref="RunMoveException"/>; for a run that is not there, <see cref="ArgumentException"/>.</remarks>
public sealed class RunQueue(RunStore runs, RunHistory history, RunMonitor monitor, RunNames names, RunLeftovers leftovers, Permissions permissions, AuditLog audit,
    IComputeDevices devices, TrainingOptions training)
    : IDisposable
{
    private readonly SemaphoreSlim _changed = new(0);

    /// <summary>Why no run is begun at the moment, or null.</summary>
    public string? Notice { get; internal set; }

    /// <summary>Puts a run at the end of the queue.</summary>
    /// <param name="user">Who asks for it.</param>
    /// <param name="configuration">What it does.</param>
    /// <param name="clonedFrom">Number of the run that it was cloned from, or null.</param>
    /// <exception cref="ArgumentException">The configuration does not work, or a name is taken.</exception>
    /// <exception cref="AccessDeniedException">The user may not.</exception>
    public RunInfo Enqueue(ClaimsPrincipal user, RunConfiguration configuration, long? clonedFrom = null)
    {
        var name = permissions.Demand(user, Role.Admin).Name;
        configuration = names.OnImported(configuration);
        configuration.Validate();
        configuration = names.Settle(Placed(configuration));
        var run = Add(configuration, name, clonedFrom);
        audit.Record(user, "run.start", Subject(run.Id), detail: configuration.Model);
        return run;
    }

    /// <summary>Throws when a run could not be put into the queue.</summary>
    /// <exception cref="ArgumentException">The configuration does not work, or a name is taken.</exception>
    public void Demand(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Validate();
        names.Settle(configuration);
    }

    /// <summary>The configuration with names that it can have, and what is wrong with those that it cannot.</summary>
    public (RunConfiguration Settled, IReadOnlyList<RunProblem> Problems) Names(RunConfiguration configuration) => names.Check(configuration);

    /// <summary>Stops a run for good, or takes it out of the queue.</summary>
    public void Cancel(ClaimsPrincipal user, long id) => Request(user, id, RunMove.Cancel, "run.cancel", "Cancelled");

    /// <summary>Stops a run for a while, or holds it back.</summary>
    public void Pause(ClaimsPrincipal user, long id) => Request(user, id, RunMove.Pause, "run.pause", "Paused");

    /// <summary>Puts a stopped run back into the queue.</summary>
    public void Resume(ClaimsPrincipal user, long id) => Request(user, id, RunMove.Resume, "run.resume", "Back in the queue");

    /// <summary>Puts a stopped run back into the queue for another device of this machine; one that waits changes its device and keeps its place.</summary>
    /// <exception cref="ArgumentException">There is no such device or run, or the device lacks the run's precision.</exception>
    public void Resume(ClaimsPrincipal user, long id, string device)
    {
        var name = permissions.Demand(user, Role.Admin).Name;
        var run = runs.Find(id) ?? throw new ArgumentException($"There is no run {id}.", nameof(id));
        if (run.Status != RunStatus.Queued)
        {
            runs.Check(id, RunMove.Resume);
        }

        var configuration = RunConfigurationJson.Write(DevicePlacement.Move(RunConfigurationJson.Read(run.Configuration), run.Started is not null, device, devices));
        if (run.Status == RunStatus.Queued)
        {
            // Nobody begins with it while its device changes.
            runs.Request(id, RunMove.Pause);
        }

        runs.Request(id, RunMove.Resume, RunOrigin.Queue, configuration);
        audit.Record(user, "run.resume", Subject(id), detail: device);
        history.Log(id, RunEventKind.State, $"Back in the queue for {device}, by {name}");
        _changed.Release();
    }

    /// <summary>Asks a running run to make the features of the dictionary in training browsable at its next opportunity.</summary>
    /// <returns>False when another process carries it out.</returns>
    public bool ShowFeatures(ClaimsPrincipal user, long id)
    {
        permissions.Demand(user, Role.Admin);
        runs.Check(id, RunMove.ShowFeatures);
        return monitor.AskForFeatures(id);
    }

    /// <summary>Moves a waiting run by one place.</summary>
    /// <returns>False when it is at the end of the queue already.</returns>
    public bool Shift(ClaimsPrincipal user, long id, bool earlier)
    {
        permissions.Demand(user, Role.Admin);
        return runs.TryShift(id, earlier);
    }

    /// <summary>Deletes a run that does not run: its record, log and curves, and what <see cref="RunLeftovers"/> finds.</summary>
    public void Delete(ClaimsPrincipal user, long id)
    {
        permissions.Demand(user, Role.Admin);
        var found = leftovers.Of(id);
        runs.Delete(id);
        audit.Record(user, "run.delete", Subject(id));
        if (found is not null)
        {
            leftovers.Remove(found);
        }
    }

    /// <summary>Writes a note and tags in the place of those that a run has.</summary>
    /// <returns>False when there is no such run.</returns>
    /// <exception cref="ArgumentException">They are too long, or a tag holds what it cannot.</exception>
    public bool Remark(ClaimsPrincipal user, long id, string? note, string? tags)
    {
        permissions.Demand(user, Role.Admin);
        var done = runs.TryRemark(id, RunRemarks.Of(note, tags));
        if (done)
        {
            audit.Record(user, "run.remark", Subject(id));
        }

        return done;
    }

    /// <summary>Tries again after the queue was held up.</summary>
    public void Retry(ClaimsPrincipal user)
    {
        permissions.Demand(user, Role.Admin);
        Notice = null;
        _changed.Release();
    }

    /// <summary>Puts a run of the server's own into the queue.</summary>
    internal RunInfo Add(RunConfiguration configuration, string? requestedBy, long? clonedFrom = null)
    {
        configuration = configuration.BeganOn is null ? Placed(configuration) : configuration;
        var run = runs.Add(configuration.Preset, RunConfigurationJson.Write(configuration), RunOrigin.Queue, requestedBy, clonedFrom);
        history.Log(run.Id, RunEventKind.State, requestedBy is null ? "Queued by the server" : $"Queued by {requestedBy}");
        _changed.Release();
        return run;
    }

    /// <summary>Returns when something has changed, or after a while.</summary>
    internal Task Wait(TimeSpan atMost, CancellationToken cancellation) => _changed.WaitAsync(atMost, cancellation);

    public void Dispose() => _changed.Dispose();

    private static string Subject(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The configuration with a device of this machine; what somebody else's run began on does not count.</summary>
    private RunConfiguration Placed(RunConfiguration configuration) => DevicePlacement.Place(
        configuration with { BeganOn = null, DeviceChange = false, Device = configuration.Device == DevicePlacement.Auto ? training.Device : configuration.Device }, devices,
        device => runs.Unfinished().Count(run => RunConfigurationJson.Of(run)?.Device == device));

    private void Request(ClaimsPrincipal user, long id, RunMove move, string action, string line)
    {
        var name = permissions.Demand(user, Role.Admin).Name;
        // Whoever asks for a run to go on leaves that to the queue, also when a command began it.
        runs.Request(id, move, move == RunMove.Resume ? RunOrigin.Queue : null);
        audit.Record(user, action, Subject(id));
        history.Log(id, RunEventKind.State, $"{line}, by {name}");
        _changed.Release();
    }
}
