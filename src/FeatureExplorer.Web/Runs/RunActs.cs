using System.Security.Claims;
using FeatureExplorer.Analysis;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Web.Runs;

/// <summary>The acts of pages on runs: which a state allows, what one costs, and what to tell whoever asked. <see cref="RunQueue"/> does them and checks who asks.</summary>
public sealed class RunActs(RunQueue queue, RunStore runs, RunHistory history, RunLeftovers leftovers, RunFeed feed)
{
    /// <summary>What a run's state allows, in the order of its buttons. Whether there are features to show, the training decides.</summary>
    public static IEnumerable<RunAct> Possible(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Enum.GetValues<RunAct>().Where(act => run.Can(MoveOf(act)) && (run.Wanted is null || act is not (RunAct.Features or RunAct.Pause or RunAct.Cancel)));
    }

    /// <summary>Whether somebody is asked before it is done.</summary>
    public static bool Asks(RunAct act) => act is RunAct.Cancel or RunAct.Delete;

    /// <summary>Does it. Never throws: what went wrong is in the message.</summary>
    public RunOutcome Do(ClaimsPrincipal user, long run, RunAct act) => Try(run, act, () =>
    {
        var done = Carry(user, run, act);
        feed.Refresh(run);
        var passing = act is RunAct.Pause or RunAct.Cancel && runs.Find(run) is { Status: RunStatus.Running };
        return done ? new RunOutcome(run, act, true, Said(run, act, passing), UndoOf(act)) { Passing = passing } : new RunOutcome(run, act, false, Refused(run, act), null);
    });

    /// <summary>Resumes a run on another device. Never throws: what went wrong is in the message.</summary>
    public RunOutcome Resume(ClaimsPrincipal user, long run, string device) => Try(run, RunAct.Resume, () =>
    {
        queue.Resume(user, run, device);
        feed.Refresh(run);
        return new RunOutcome(run, RunAct.Resume, true, $"Run {run} is in the queue for {device}.", null);
    });

    private static RunOutcome Try(long run, RunAct act, Func<RunOutcome> carry)
    {
        try
        {
            return carry();
        }
        catch (Exception exception) when (exception is AccessDeniedException or RunMoveException or ArgumentException || DatabaseBusy.Caused(exception))
        {
            return new RunOutcome(run, act, false, exception is AccessDeniedException or RunMoveException or ArgumentException
                ? exception.Message
                : "The database is busy: somebody else is writing to it. Nothing was changed; try again in some seconds.", null);
        }
    }

    /// <summary>The outcome of an act as of now, where the message told what was still to happen: null once it has become of no interest.</summary>
    public RunOutcome? Now(RunOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (!outcome.Passing || Find(outcome.Run) is not { } run || run is { Status: RunStatus.Running, Wanted: not null })
        {
            return outcome;
        }

        return run.Status == (outcome.Act == RunAct.Pause ? RunStatus.Paused : RunStatus.Cancelled)
            ? outcome with { Passing = false, Message = Said(run.Id, outcome.Act, false) }
            : null;
    }

    /// <summary>What is lost by it and what stays, a sentence each.</summary>
    public IReadOnlyList<string> Costs(long run, RunAct act) => act switch
    {
        RunAct.Cancel => [.. Cancelling(run)],
        RunAct.Delete => [.. Deleting(run)],
        _ => [],
    };

    private IEnumerable<string> Cancelling(long run)
    {
        if (runs.Find(run) is not { } record)
        {
            yield break;
        }

        if (record.Status == RunStatus.Running)
        {
            var checkpoint = history.Events(run).LastOrDefault(static line => line.Kind == RunEventKind.Checkpoint);
            yield return record.Stage.StartsWith("Training", StringComparison.Ordinal)
                ? "Training stops after its current step and writes a checkpoint. If that cannot be written, the work since the last one is lost"
                    + (checkpoint is null ? "; there is none yet." : $": {checkpoint.Text}, at {Show.Time(checkpoint.Time)}.")
                : $"The work of the stage “{record.Stage}” is lost: it is begun again when the run is resumed. The stages before it are kept.";
        }
        else
        {
            yield return record.Started is null ? "It has not begun: nothing is lost." : $"It stays at {Show.WholePercent(record.Progress)}, with its last checkpoint.";
        }

        yield return "A cancelled run can be resumed. The names of its model and dictionaries are free for other runs meanwhile.";
    }

    private IEnumerable<string> Deleting(long run)
    {
        if (leftovers.Of(run) is not { } found)
        {
            yield break;
        }

        yield return $"Gone for good: the record of run {run} with its settings and note, {Show.Counted(history.Events(run).Count, "line")} of its log and {Show.Counted(history.Curves(run).Count, "curve")}.";
        foreach (var dictionary in found.Forming)
        {
            var labels = found.Labels.GetValueOrDefault(dictionary.Id);
            yield return $"Gone for good: the {Show.Counted(dictionary.Features, "half-trained feature")} of {dictionary.Id}."
                + (labels > 0 ? $" Their {Show.Counted(labels, "label")} {Wording.Of(labels, "stays and shows", "stay and show")} again with the next {dictionary.Id}." : string.Empty);
        }

        if (found.Freed > 0 || found.ModelGoes)
        {
            yield return found.ModelGoes
                ? $"Gone for good: the model {found.Model} with {Show.Bytes(found.Freed)} on the disk. No dictionary of it was finished, and no other run uses it."
                : $"{Show.Bytes(found.Freed)} of training state on the disk go, too: nothing can go on from it.";
        }

        foreach (var (dictionary, other) in found.Shared)
        {
            yield return $"The half-trained features of {dictionary} stay: run {other} makes them, too.";
        }

        if (found is { ModelGoes: false, Model: { } model })
        {
            var labels = found.Finished.Sum(d => found.Labels.GetValueOrDefault(d.Id));
            yield return $"Model {model} stays" + (found.Finished.Count == 0
                ? "."
                : $", and so {Wording.Of(found.Finished.Count, "does", "do")} its finished {Wording.Noun(found.Finished.Count, "dictionary")} {Wording.Listed([.. found.Finished.Select(static d => d.Id).Order(NaturalOrder.Names)])} with {Show.Counted(labels, "label")} ({Show.Bytes(found.Kept)} on the disk).");
        }
    }

    private bool Carry(ClaimsPrincipal user, long run, RunAct act)
    {
        switch (act)
        {
            case RunAct.Features:
                return queue.ShowFeatures(user, run);
            case RunAct.Earlier or RunAct.Later:
                return queue.Shift(user, run, act == RunAct.Earlier);
            case RunAct.Pause:
                queue.Pause(user, run);
                return true;
            case RunAct.Resume:
                queue.Resume(user, run);
                return true;
            case RunAct.Cancel:
                queue.Cancel(user, run);
                return true;
            default:
                queue.Delete(user, run);
                return true;
        }
    }

    private static RunMove MoveOf(RunAct act) => act switch
    {
        RunAct.Features => RunMove.ShowFeatures,
        RunAct.Pause => RunMove.Pause,
        RunAct.Resume => RunMove.Resume,
        RunAct.Cancel => RunMove.Cancel,
        RunAct.Earlier or RunAct.Later => RunMove.Shift,
        _ => RunMove.Delete,
    };

    private static RunAct? UndoOf(RunAct act) => act switch
    {
        RunAct.Pause or RunAct.Cancel => RunAct.Resume,
        RunAct.Earlier => RunAct.Later,
        RunAct.Later => RunAct.Earlier,
        _ => null,
    };

    private RunInfo? Find(long run)
    {
        try
        {
            return runs.Find(run);
        }
        catch (Exception exception) when (DatabaseBusy.Caused(exception))
        {
            return null;
        }
    }

    // A run at work stops when its state has been saved.
    private static string Said(long run, RunAct act, bool stopping) => act switch
    {
        RunAct.Features => $"The features of the dictionary in training are made browsable; run {run}’s log tells when they are there.",
        RunAct.Pause => stopping ? $"Run {run} is being paused; its state is saved first." : $"Run {run} is paused.",
        RunAct.Resume => $"Run {run} is back in the queue and goes on from its last checkpoint.",
        RunAct.Cancel => stopping ? $"Run {run} is being cancelled; its state is saved first." : $"Run {run} is cancelled.",
        RunAct.Earlier => $"Run {run} comes one place earlier.",
        RunAct.Later => $"Run {run} comes one place later.",
        _ => $"Run {run} is deleted.",
    };

    private static string Refused(long run, RunAct act) => act == RunAct.Features
        ? $"Run {run} has no dictionary in training here at the moment."
        : $"Run {run} is at the end of the queue already.";
}
