using System.Collections.Concurrent;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Training.Queue;

namespace FeatureExplorer.Web.Computing;

/// <summary>
/// Threads on which answers are computed. The thread pool has as many threads as processors, and adds to them slowly: a few answers that take seconds would
/// keep all other requests from being read at all. At low priority, so that plain pages come first, and without the workers of a run that trains.
/// </summary>
internal sealed class ComputingThreads(int count) : IDisposable
{
    private readonly BlockingCollection<TaskCompletionSource> _waiting = [];
    private int _started;

    /// <summary>A task after which the caller goes on on one of the threads, up to his next incomplete await.</summary>
    public Task Enter()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            for (var number = 1; number <= count; number++)
            {
                // The first lowers the engine's workers, too.
                new Thread(number == 1 ? WorkWithWorkers : Work) { IsBackground = true, Name = $"Answers {number}" }.Start();
            }
        }

        // The continuation runs within SetResult, that is on the thread that takes it.
        var entered = new TaskCompletionSource();
        _waiting.Add(entered);
        return entered.Task;
    }

    /// <summary>The threads end with what they are computing.</summary>
    public void Dispose() => _waiting.CompleteAdding();

    private void WorkWithWorkers()
    {
        BackgroundPriority.LowerToAnswers();
        BackgroundPriority.Lower();
        Work();
    }

    private void Work()
    {
        BackgroundPriority.LowerToAnswers();
        WorkerPool.GiveWay();
        foreach (var entered in _waiting.GetConsumingEnumerable())
        {
            entered.SetResult();
        }
    }
}
