using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Numerics;

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
}
