using System.Diagnostics;

namespace FeatureExplorer.Engine.Numerics;

/// <content>
/// Short work of others on the workers, between two tasks. Whoever computes for some milliseconds on a thread of his own, while a job keeps every processor
/// busy, pushes a worker aside in the middle of a task; at the job's end all others wait for that task, and so the job loses about twice what the work
/// took. A worker that does the work itself has nothing in its hands meanwhile: the others claim the tasks it leaves.
/// </content>
public static partial class WorkerPool
{
    // Where tasks are long, or guests many, a guest would rather push a worker aside than wait.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(5);
    private static readonly Queue<TaskCompletionSource> Guests = [];

    [ThreadStatic]
    private static bool _givesWay;

    private static int _hosts;
    private static int _served;
    // How many guests wait whom another worker may serve.
    private static int _waiting;
    private static long _guestTicks;

    /// <summary>How long workers have been with guests so far, all of them together.</summary>
    public static TimeSpan GuestTime => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _guestTicks));

    /// <summary>Lets the workers serve guests until the result is disposed of: to be called by whoever keeps the pool busy for long.</summary>
    public static IDisposable TakeGuests() => new Host();

    /// <summary>
    /// From now on the calling thread does its jobs alone while others keep the pool busy for long (<see cref="TakeGuests"/>): in the gaps between their jobs
    /// it would take all workers away from them.
    /// </summary>
    public static void GiveWay() => _givesWay = true;

    /// <summary>
    /// A task after which the caller goes on on a worker, between two tasks of a long computation; or at once and where he is, when there is none
    /// (<see cref="TakeGuests"/>), or when no worker has come to it after 5 ms: at most half of the workers serve guests at a time. What he does up to his
    /// next incomplete await should take no more than some milliseconds.
    /// </summary>
    public static Task BetweenTasks()
    {
        if (Volatile.Read(ref _hosts) == 0)
        {
            return Task.CompletedTask;
        }

        // The continuation runs within TrySetResult, that is on the worker.
        var guest = new TaskCompletionSource();
        lock (Guests)
        {
            if (_started == 0)
            {
                return Task.CompletedTask;
            }

            Guests.Enqueue(guest);
            Count();
        }

        WakeParked();
        return WithLimit(guest);
    }

    private static bool GivesWayNow => _givesWay && Volatile.Read(ref _hosts) > 0;

    /// <summary>To be called with the lock held whenever a guest has come or gone.</summary>
    private static void Count()
    {
        // Workers of a larger number of threads, set before, are there still and do no jobs.
        var workers = Math.Min(_started, _threads - 1);
        Volatile.Write(ref _waiting, Math.Max(0, Math.Min(Guests.Count, ((workers + 1) / 2) - _served)));
    }

    private static async Task WithLimit(TaskCompletionSource guest)
    {
        using var limit = new Timer(static state => ((TaskCompletionSource)state!).TrySetResult(), guest, LongestWait, Timeout.InfiniteTimeSpan);
        await guest.Task;
    }

    private static void ServeGuest()
    {
        TaskCompletionSource? guest;
        lock (Guests)
        {
            if (_waiting == 0 || !Guests.TryDequeue(out guest))
            {
                return;
            }

            _served++;
            Count();
        }

        var begun = Stopwatch.GetTimestamp();
        guest.TrySetResult();
        Interlocked.Add(ref _guestTicks, Stopwatch.GetTimestamp() - begun);
        lock (Guests)
        {
            _served--;
            Count();
        }
    }

    private sealed class Host : IDisposable
    {
        private int _ended;

        public Host() => Interlocked.Increment(ref _hosts);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                Interlocked.Decrement(ref _hosts);
            }
        }
    }
}
