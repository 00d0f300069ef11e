using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Web.Endpoints;

namespace FeatureExplorer.Tests.Web.Endpoints;

public sealed class SharedUpdatesTests
{
    private static readonly RunUpdate First = RunUpdate.Of(1, RunStatus.Running, new { loss = 2.5 });

    [Fact]
    public async Task Latest_ManyAskWithinTheInterval_OneIsMadeForAll()
    {
        var made = 0;
        var updates = new SharedUpdates(TimeSpan.FromHours(1), async (_, _) =>
        {
            Interlocked.Increment(ref made);
            await Task.Delay(20);
            return First;
        });
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => updates.Latest(7))));
        Assert.All(answers, answer => Assert.Same(First, answer));
        Assert.Equal(1, made);
        Assert.Same(First, await updates.Latest(8));
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task Latest_IntervalIsOver_NextIsMadeFromTheLast()
    {
        var before = new List<RunUpdate?>();
        var updates = new SharedUpdates(TimeSpan.FromMilliseconds(50), (run, last) =>
        {
            before.Add(last);
            return Task.FromResult<RunUpdate?>(last ?? First);
        });
        Assert.Same(First, await updates.Latest(1));
        await updates.Next(default);
        Assert.Same(First, await updates.Latest(1));
        Assert.Equal([null, First], before);
    }

    [Fact]
    public async Task Next_WatchersWhoCameAtDifferentTimes_GoOnTogether()
    {
        var updates = new SharedUpdates(TimeSpan.FromSeconds(2), (_, _) => Task.FromResult<RunUpdate?>(First));
        await updates.Next(default);
        var watchers = new List<Task<long>>();
        for (var i = 0; i < 5; i++)
        {
            watchers.Add(Wait());
            await Task.Delay(20);
        }

        var moments = await Task.WhenAll(watchers);
        Assert.Single(moments.Select(moment => moment / 2000).Distinct());

        async Task<long> Wait()
        {
            await updates.Next(default);
            return Environment.TickCount64;
        }
    }

    [Fact]
    public async Task Latest_NoSuchRunOrAFailure_IsAskedForAgain()
    {
        var answers = new Queue<Func<RunUpdate?>>([() => null, () => throw new IOException("disk"), () => First]);
        var updates = new SharedUpdates(TimeSpan.FromHours(1), (_, _) => Task.FromResult(answers.Dequeue()()));
        Assert.Null(await updates.Latest(1));
        await Assert.ThrowsAsync<IOException>(() => updates.Latest(1));
        Assert.Same(First, await updates.Latest(1));
    }

    [Fact]
    public async Task Latest_MoreRunsThanAreKept_StillAnswers()
    {
        var updates = new SharedUpdates(TimeSpan.FromHours(1), (run, _) => Task.FromResult<RunUpdate?>(First with { Version = run }));
        for (var run = 0; run < 500; run++)
        {
            Assert.Equal(run, (await updates.Latest(run))!.Version);
        }
    }

    [Fact]
    public void Of_Data_IsOneEventOfOneLine()
    {
        var text = System.Text.Encoding.UTF8.GetString(RunUpdate.Of(12, RunStatus.Running, new { html = "<p>\nعربي</p>" }).Message);
        var lines = text.Split('\n');
        Assert.Equal(["id: 12", "event: run"], lines[..2]);
        Assert.StartsWith("data: {\"html\":", lines[2], StringComparison.Ordinal);
        Assert.Equal(["", ""], lines[3..]);
        Assert.Equal("<p>\nعربي</p>", System.Text.Json.JsonDocument.Parse(lines[2][6..]).RootElement.GetProperty("html").GetString());
    }
}
