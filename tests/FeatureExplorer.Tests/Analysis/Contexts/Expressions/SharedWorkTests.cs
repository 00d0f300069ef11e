using FeatureExplorer.Analysis.Contexts.Expressions;

namespace FeatureExplorer.Tests.Analysis.Contexts.Expressions;

public sealed class SharedWorkTests : IDisposable
{
    private readonly SharedWork<string> _work = new();
    private readonly ManualResetEventSlim _started = new();
    private readonly ManualResetEventSlim _gate = new();
    private int _computed;
    private CancellationToken _unwanted;

    [Fact]
    public async Task Get_TheSameAtOnce_IsComputedOnce()
    {
        var asked = await AskTwice(default, default);
        _gate.Set();
        Assert.Equal(["answer", "answer"], await Task.WhenAll(asked));
        Assert.Equal(1, _computed);
        Assert.Equal("answer", _work.Get("key", Compute));
        Assert.Equal(2, _computed);
    }

    [Fact]
    public async Task Get_TheFirstLeaves_GoesOnForTheOther()
    {
        using var first = new CancellationTokenSource();
        var asked = await AskTwice(first.Token, default);
        await first.CancelAsync();
        Assert.False(_unwanted.IsCancellationRequested);
        _gate.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked[0]);
        Assert.Equal("answer", await asked[1]);
        Assert.Equal(1, _computed);
    }

    [Fact]
    public async Task Get_AllLeave_IsCancelled()
    {
        using var leaving = new CancellationTokenSource();
        var asked = await AskTwice(leaving.Token, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked[0]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked[1]);
        Assert.True(_unwanted.IsCancellationRequested);
    }

    [Fact]
    public async Task Get_AllLeaveAtOnceManyTimes_IsCancelledEachTime()
    {
        for (var round = 0; round < 300; round++)
        {
            using var again = new SharedWorkTests();
            await again.Get_AllLeave_IsCancelled().WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    [Fact]
    public void Get_AfterAFailure_IsComputedAgain()
    {
        Assert.Throws<InvalidOperationException>(() => _work.Get("key", static _ => throw new InvalidOperationException()));
        _gate.Set();
        Assert.Equal("answer", _work.Get("key", Compute));
    }

    public void Dispose()
    {
        _started.Dispose();
        _gate.Dispose();
    }

    private async Task<Task<string>[]> AskTwice(CancellationToken first, CancellationToken second)
    {
        var one = Task.Factory.StartNew(() => _work.Get("key", Compute, first), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _started.Wait();
        var other = Task.Factory.StartNew(() => _work.Get("key", Compute, second), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (_work.Waiting("key") < 2)
        {
            await Task.Delay(1);
        }

        return [one, other];
    }

    private string Compute(CancellationToken unwanted)
    {
        Interlocked.Increment(ref _computed);
        _unwanted = unwanted;
        _started.Set();
        _gate.Wait(unwanted);
        return "answer";
    }
}
