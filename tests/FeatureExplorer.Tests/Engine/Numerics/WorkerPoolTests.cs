using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Numerics;

[Collection(AloneTests.Name)]
public sealed class WorkerPoolTests
{
    [Fact]
    public void For_ManyShortJobs_RunsEveryTaskOnce()
    {
        for (var round = 0; round < 2_000; round++)
        {
            var done = new int[37];
            WorkerPool.For(done.Length, (task, _) => Interlocked.Increment(ref done[task]));
            Assert.All(done, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void For_FromSeveralThreadsAndNested_RunsEveryTaskOnce()
    {
        var total = 0;
        Parallel.For(0, 16, _ => WorkerPool.For(50, (_, _) => WorkerPool.For(3, (_, thread) =>
        {
            Assert.Equal(0, thread);
            Interlocked.Increment(ref total);
        })));
        Assert.Equal(16 * 50 * 3, total);
    }

    [Fact]
    public void For_BodyThrows_CallerGetsTheExceptionAndThePoolGoesOn()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => WorkerPool.For(100, (task, _) =>
        {
            if (task == 41)
            {
                throw new InvalidOperationException("task 41");
            }
        }));
        Assert.Equal("task 41", exception.Message);
        var count = 0;
        WorkerPool.For(10, (_, _) => Interlocked.Increment(ref count));
        Assert.Equal(10, count);
    }

    [Fact]
    public void GiveWay_WhileAnotherKeepsThePool_RunsAlone()
    {
        using var host = WorkerPool.TakeGuests();
        var threads = new HashSet<int>();
        var thread = new Thread(() =>
        {
            WorkerPool.GiveWay();
            WorkerPool.For(100_000, (_, number) =>
            {
                lock (threads)
                {
                    threads.Add(IsWorker ? -1 : number);
                }
            });
        });
        thread.Start();
        thread.Join();
        Assert.Equal([0], threads);
    }

    [Fact]
    public async Task BetweenTasks_WhileAJobGoesOn_GoesOnOnAWorkerAndEveryTaskRunsOnce()
    {
        using var host = WorkerPool.TakeGuests();
        var done = new int[200_000];
        var (served, guestTime) = (0, WorkerPool.GuestTime);
        var job = RunWhile(() => Volatile.Read(ref served) < 20, done);
        // Guests of other tests may come first, and then this one goes on where it is.
        while (served < 20 && !job.IsCompleted)
        {
            await Task.Run(async () =>
            {
                await WorkerPool.BetweenTasks();
                served += IsWorker ? 1 : 0;
            });
        }

        await job;
        Assert.Equal(WorkerPool.Threads > 1 ? 20 : 0, served);
        Assert.Equal(served > 0, WorkerPool.GuestTime > guestTime);
        Assert.DoesNotContain(done, count => count != 1);
    }

    [Fact]
    public async Task BetweenTasks_ManyGuestsAtOnce_HalfOfTheWorkersServeThemInTurn()
    {
        using var host = WorkerPool.TakeGuests();
        var done = new int[200_000];
        var (left, now, most, served) = (40, 0, 0, 0);
        var job = RunWhile(() => Volatile.Read(ref left) > 0, done);
        await Task.WhenAll(Enumerable.Range(0, left).Select(_ => Task.Run(async () =>
        {
            // Who has waited too long, which may be on a busy machine, goes on elsewhere and comes again.
            do
            {
                await WorkerPool.BetweenTasks();
            }
            while (!IsWorker && !job.IsCompleted);
            if (IsWorker)
            {
                var together = Interlocked.Increment(ref now);
                InterlockedMax(ref most, together);
                Thread.SpinWait(200);
                Interlocked.Increment(ref served);
                Interlocked.Decrement(ref now);
            }

            Interlocked.Decrement(ref left);
        })));
        await job;
        Assert.InRange(most, 0, WorkerPool.Threads / 2);
        Assert.Equal(WorkerPool.Threads > 1, served > 1);
        Assert.DoesNotContain(done, count => count != 1);
    }

    [Fact]
    public async Task BetweenTasks_EveryTaskIsLong_GoesOnBeforeTheyEnd()
    {
        using var host = WorkerPool.TakeGuests();
        using var begun = new CountdownEvent(1);
        using var ready = new ManualResetEventSlim();
        var job = Task.Run(() => WorkerPool.For(WorkerPool.Threads, (task, _) =>
        {
            if (task == 0)
            {
                begun.Signal();
            }

            ready.Wait();
        }));
        begun.Wait();
        await Task.Run(WorkerPool.BetweenTasks);
        Assert.False(job.IsCompleted);
        ready.Set();
        await job;
    }

    private static bool IsWorker => Thread.CurrentThread.Name?.StartsWith("FeatureExplorer worker", StringComparison.Ordinal) == true;

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    /// <summary>Many short tasks, which take some time for as long as something holds.</summary>
    private static Task RunWhile(Func<bool> goesOn, int[] done)
    {
        var thread = new TaskCompletionSource();
        new Thread(() =>
        {
            WorkerPool.For(done.Length, (task, _) =>
            {
                Interlocked.Increment(ref done[task]);
                if (goesOn())
                {
                    Thread.SpinWait(500);
                }
            });
            thread.SetResult();
        })
        { IsBackground = true }.Start();
        return thread.Task;
    }
}
