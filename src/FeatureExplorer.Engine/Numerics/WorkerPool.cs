namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// Threads for jobs of well under a millisecond. A job is self-scheduling: its threads claim tasks from a counter, so a worker that the
/// operating system has put aside simply misses the job, and the caller never waits for one that has not joined. Barriers, by contrast,
/// cost whole scheduler slices on a busy machine.
/// </summary>
public static partial class WorkerPool
{
    private const long Closed = 1L << 31;
    private const int SpinsBeforeParking = 4000;

    private static readonly Lock Gate = new();
    private static readonly Lock Caller = new();
    private static readonly object Parking = new();

    // Generation in the upper half, "closed" in bit 31, the number of workers inside the job below.
    private static long _state = Closed;
    // Takes the thread's number, and says whether that thread is done with it: it may have put the job aside for a guest.
    private static Func<int, bool> _job = static _ => true;
    private static int _parked;
    private static int _started;
    private static volatile int _threads = Math.Max(1, Environment.ProcessorCount);

    [ThreadStatic]
    private static bool _inside;

    /// <summary>Number of threads that take part in a job, the caller included.</summary>
    public static int Threads => _threads;

    /// <summary>Sets the number of threads. Results never depend on it.</summary>
    public static void Configure(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 1024);
        lock (Caller)
        {
            _threads = threads;
        }
    }

    /// <summary>
    /// Runs body(task, thread) for every task in [0, tasks) on up to <see cref="Threads"/> threads; tasks are claimed in order, and the thread's number is 0
    /// for the caller. Within a job, or while another thread runs one, all of them run on the caller alone, as thread 0.
    /// </summary>
    public static void For(int tasks, Action<int, int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var next = 0;
        Exception? failure = null;
        Run(thread =>
        {
            while (!Leaves(thread))
            {
                var task = Interlocked.Increment(ref next) - 1;
                if (task >= tasks)
                {
                    return true;
                }

                try
                {
                    body(task, thread);
                }
                catch (Exception exception)
                {
                    // A worker has nobody to throw to: the first failure ends the job and is thrown by the caller.
                    Interlocked.CompareExchange(ref failure, exception, null);
                    Volatile.Write(ref next, tasks);
                }
            }

            return false;
        });
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static void Run(Func<int, bool> job)
    {
        if (_inside)
        {
            job(0);
            return;
        }

        _inside = true;
        try
        {
            RunOutermost(job);
        }
        finally
        {
            _inside = false;
        }
    }

    private static void RunOutermost(Func<int, bool> job)
    {
        if (_threads == 1 || GivesWayNow || !Caller.TryEnter())
        {
            job(0);
            return;
        }

        try
        {
            RunTogether(job);
        }
        finally
        {
            Caller.Exit();
        }
    }

    private static void RunTogether(Func<int, bool> job)
    {
        StartWorkers();
        _job = job;
        var generation = (Volatile.Read(ref _state) >> 32) + 1;
        Interlocked.Exchange(ref _state, generation << 32);
        WakeParked();
        try
        {
            job(0);
        }
        finally
        {
            CloseAndWait();
        }
    }

    private static void WakeParked()
    {
        if (Volatile.Read(ref _parked) != 0)
        {
            lock (Parking)
            {
                Monitor.PulseAll(Parking);
            }
        }
    }

    /// <summary>Whether a worker is to put the job aside, between two of its tasks, because a guest waits.</summary>
    private static bool Leaves(int thread) => thread != 0 && Volatile.Read(ref _waiting) != 0;

    private static void CloseAndWait()
    {
        long state;
        do
        {
            state = Volatile.Read(ref _state);
        }
        while (Interlocked.CompareExchange(ref _state, state | Closed, state) != state);
        var spins = 0;
        while ((Volatile.Read(ref _state) & (Closed - 1)) != 0)
        {
            if (++spins < 2000)
            {
                Thread.SpinWait(4);
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    private static void StartWorkers()
    {
        if (_started >= _threads - 1)
        {
            return;
        }

        lock (Gate)
        {
            while (_started < _threads - 1)
            {
                var thread = ++_started;
                new Thread(() => Work(thread)) { IsBackground = true, Name = $"FeatureExplorer worker {thread}" }.Start();
            }
        }
    }

    private static void Work(int thread)
    {
        _inside = true;
        var seen = 0L;
        while (true)
        {
            if (Leaves(thread))
            {
                ServeGuest();
            }

            if (AwaitJob(seen) is not { } state)
            {
                continue;
            }

            if (thread >= _threads || Interlocked.CompareExchange(ref _state, state + 1, state) != state)
            {
                // Not wanted, or the state has moved on: look again, without this job if it is not ours to join.
                seen = thread >= _threads ? state >> 32 : seen;
                continue;
            }

            seen = _job(thread) ? state >> 32 : seen;
            Interlocked.Decrement(ref _state);
        }
    }

    /// <summary>Spins a while, then sleeps, until a job is open that this worker has not yet seen; null when a guest comes first.</summary>
    private static long? AwaitJob(long seen)
    {
        var spins = 0;
        while (Volatile.Read(ref _waiting) == 0)
        {
            var state = Volatile.Read(ref _state);
            if ((state & Closed) == 0 && state >> 32 != seen)
            {
                return state;
            }

            if (++spins < SpinsBeforeParking)
            {
                Thread.SpinWait(8);
                continue;
            }

            spins = 0;
            lock (Parking)
            {
                Interlocked.Increment(ref _parked);
                state = Volatile.Read(ref _state);
                if (((state & Closed) != 0 || state >> 32 == seen) && Volatile.Read(ref _waiting) == 0)
                {
                    Monitor.Wait(Parking, 50);
                }

                Interlocked.Decrement(ref _parked);
            }
        }

        return null;
    }
}
