using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Operations.Pages;

namespace FeatureExplorer.Tests.Web.Operations.Pages;

public sealed class PageRingTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "pages.tmp");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Find_WhatWasKept_IsWhole()
    {
        using var ring = new PageRing(File, 1000, Hour);
        ring.Keep("a", Page(1, 400));
        ring.Keep("b", Page(2, 500));
        Assert.Equal(Page(1, 400).Body, ring.Find("a", 7)!.Body);
        Assert.Equal(Page(2, 500).Body, ring.Find("b", 7)!.Body);
        Assert.Equal("\"2\"", ring.Find("b", 7)!.Tag);
    }

    [Fact]
    public void Find_OtherKeyOrVersion_IsNull()
    {
        using var ring = new PageRing(File, 1000, Hour);
        ring.Keep("a", Page(1, 400));
        Assert.Null(ring.Find("b", 7));
        Assert.Null(ring.Find("a", 8));
    }

    [Fact]
    public void Find_AfterTheLongestTime_IsNull()
    {
        using var ring = new PageRing(File, 1000, TimeSpan.Zero);
        ring.Keep("a", Page(1, 400));
        Assert.Null(ring.Find("a", 7));
    }

    [Fact]
    public void Keep_MorePagesThanItMay_ForgetsTheOldestThoughThereIsRoom()
    {
        using var ring = new PageRing(File, 1000, Hour, most: 3);
        foreach (var key in (string[])["a", "b", "c", "d"])
        {
            ring.Keep(key, Page(1, 10));
        }

        Assert.Equal(3, ring.Count);
        Assert.Null(ring.Find("a", 7));
        Assert.NotNull(ring.Find("d", 7));
    }

    [Fact]
    public void Keep_WhenTheRingIsFull_TakesThePlaceOfTheOldestAlone()
    {
        using var ring = new PageRing(File, 1000, Hour);
        ring.Keep("a", Page(1, 400));
        ring.Keep("b", Page(2, 400));
        ring.Keep("c", Page(3, 300)); // does not fit behind b: from the start, over a
        Assert.Null(ring.Find("a", 7));
        Assert.Equal(Page(2, 400).Body, ring.Find("b", 7)!.Body);
        Assert.Equal(Page(3, 300).Body, ring.Find("c", 7)!.Body);
        Assert.Equal(2, ring.Count);
        Assert.Equal(800, new FileInfo(File).Length);
    }

    [Fact]
    public void Keep_TheSameKeyAgain_IsTheNewPage()
    {
        using var ring = new PageRing(File, 1000, Hour);
        ring.Keep("a", Page(1, 300));
        ring.Keep("a", Page(2, 300));
        ring.Keep("b", Page(3, 300));
        ring.Keep("c", Page(4, 300)); // over a's first place
        Assert.Equal(Page(2, 300).Body, ring.Find("a", 7)!.Body);
        Assert.Equal(3, ring.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(399)]
    public void Keep_LongerThanTheRing_IsNotKept(long capacity)
    {
        using var ring = new PageRing(File, capacity, Hour);
        ring.Keep("a", Page(1, 400));
        Assert.Null(ring.Find("a", 7));
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void Keep_WhereNoFileCanBe_Throws()
    {
        using var ring = new PageRing(Path.Combine(File, "no folder"), 1000, Hour);
        Assert.ThrowsAny<IOException>(() => ring.Keep("a", Page(1, 400)));
        Assert.Null(ring.Find("a", 7));
    }

    [Fact]
    public void Dispose_RemovesTheFile()
    {
        using (var ring = new PageRing(File, 1000, Hour))
        {
            ring.Keep("a", Page(1, 400));
            Assert.True(System.IO.File.Exists(File));
        }

        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Find_WhileTheRingGoesRound_IsWholeOrNull()
    {
        using var ring = new PageRing(File, 10_000, Hour);
        var found = 0;
        using var written = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (var i = 0; !written.IsCancellationRequested; i = (i + 1) % 20)
            {
                if (ring.Find($"{i}", 7) is { } page)
                {
                    Interlocked.Increment(ref found);
                    Assert.All(page.Body, value => Assert.Equal((byte)i, value));
                }
            }
        })).ToArray();
        // On a busy machine the readers' turn may come late.
        for (var i = 0; i < 20_000 || (Volatile.Read(ref found) == 0 && i < 5_000_000); i++)
        {
            ring.Keep($"{i % 20}", Page((byte)(i % 20), 600 + (i % 7)));
        }

        await written.CancelAsync();
        await Task.WhenAll(readers);
        Assert.True(found > 0);
    }

    private static CachedPage Page(byte value, int length)
    {
        var body = new byte[length];
        Array.Fill(body, value);
        return new CachedPage(7, $"\"{value}\"", "text/html", body, 2 * length);
    }
}
