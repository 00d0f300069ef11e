using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Web.Components.Tables;

/// <summary>What of a run's events its page lists.</summary>
public static class RunLog
{
    /// <summary>The newest first. Of checkpoints in a row the newest alone: it replaces those before, and one a minute would crowd out everything else.</summary>
    /// <param name="events">Oldest first.</param>
    public static IEnumerable<RunEvent> Lines(IReadOnlyList<RunEvent> events)
    {
        for (var i = events.Count - 1; i >= 0; i--)
        {
            var replaced = i + 1 < events.Count && events[i].Kind == RunEventKind.Checkpoint && events[i + 1].Kind == RunEventKind.Checkpoint;
            if (!replaced)
            {
                yield return events[i];
            }
        }
    }
}
