namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// Threads for jobs of well under a millisecond. A job is self-scheduling: its threads claim tasks from a counter, so a worker that the
/// operating system has put aside simply misses the job, and the caller never waits for one that has not joined. Barriers, by contrast,
/// cost whole scheduler slices on a busy machine.
/// </summary>
public static class WorkerPool
{
    private const long Closed = 1L << 31;
    private const int SpinsBeforeParking = 4000;

    private static readonly Lock Gate = new();
    private static readonly Lock Caller = new();
    private static readonly object Parking = new();

    // Generation in the upper half, "closed" in bit 31, the number of workers inside the job below.
    private static long _state = Closed;
    private static Action<int> _job = static _ => { };
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
    /// Runs a self-scheduling job on up to <see cref="Threads"/> threads; the argument is the thread's number, 0 for the caller.
    /// Within a job, or while another thread runs one, the job runs on the caller alone as thread 0.
    /// </summary>
    public static void Run(Action<int> job)
    {
        ArgumentNullException.ThrowIfNull(job);
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

    /// <summary>Runs body(task, thread) for every task in [0, tasks); tasks are claimed in order.</summary>
    public static void For(int tasks, Action<int, int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var next = 0;
        Exception? failure = null;
        Run(thread =>
        {
            int task;
            while ((task = Interlocked.Increment(ref next) - 1) < tasks)
            {
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
        });
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static void RunOutermost(Action<int> job)
    {
        if (_threads == 1 || !Caller.TryEnter())
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

    private static void RunTogether(Action<int> job)
    {
        StartWorkers();
        _job = job;
        var generation = (Volatile.Read(ref _state) >> 32) + 1;
        Interlocked.Exchange(ref _state, generation << 32);
        if (Volatile.Read(ref _parked) != 0)
        {
            lock (Parking)
            {
                Monitor.PulseAll(Parking);
            }
        }

        try
        {
            job(0);
        }
        finally
        {
            CloseAndWait();
        }
    }

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
            var state = AwaitJob(ref seen);
            if (thread >= _threads || Interlocked.CompareExchange(ref _state, state + 1, state) != state)
            {
                // Not wanted, or the state has moved on: look again, without this job if it is not ours to join.
                seen = thread >= _threads ? state >> 32 : seen;
                continue;
            }

            seen = state >> 32;
            _job(thread);
            Interlocked.Decrement(ref _state);
        }
    }

    /// <summary>Spins a while, then sleeps, until a job is open that this worker has not yet seen.</summary>
    private static long AwaitJob(ref long seen)
    {
        var spins = 0;
        while (true)
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
                if ((state & Closed) != 0 || state >> 32 == seen)
                {
                    Monitor.Wait(Parking, 50);
                }

                Interlocked.Decrement(ref _parked);
            }
        }
    }
}
