using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Tests.Web.Security.Fetching;

/// <summary>A file of 300,000 bytes from a server that cuts the connection in the middle.</summary>
public sealed class ResumedDownloadTests : IAsyncLifetime, IDisposable
{
    private const string Name = "model.safetensors";

    private readonly SafeHttpClient _client = new(new FetchOptions { AllowPrivateAddresses = true, MaxMegabytes = 0.4 }) { Pause = TimeSpan.FromMilliseconds(1) };
    private readonly MemoryStream _received = new();
    private CutServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await CutServer.Start();
        _server.Files[Name] = CutServer.Bytes(300_000);
    }

    [Fact]
    public async Task Download_CutTwice_AsksForTheRestAlone()
    {
        Cut(100_000, 100_000);

        Assert.Equal(300_000, (await Download()).Bytes);

        Assert.Equal(_server.Files[Name], _received.ToArray());
        Assert.Equal([Name, $"{Name} bytes=100000- \"v1\"", $"{Name} bytes=200000- \"v1\""], _server.Asked);
    }

    [Fact]
    public async Task Download_OfAServerThatTellsTheTimeOfTheLastChange_GoesOnUnderThat()
    {
        (_server.Tag, _server.Modified) = (null, new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero));
        Cut(100_000);

        await Download();

        Assert.Equal(_server.Files[Name], _received.ToArray());
        Assert.Equal($"{Name} bytes=100000- Mon, 06 May 2024 07:08:09 GMT", _server.Asked[1]);
    }

    [Theory]
    [InlineData("W/\"v1\"", false)] // weak: the bytes may differ
    [InlineData(null, false)]
    [InlineData(null, true)] // changed just now: it may change again within the same second
    public async Task Download_WithoutAStrongValidator_FailsAndSaysHowMuchCame(string? tag, bool changedNow)
    {
        (_server.Tag, _server.Modified) = (tag, changedNow ? DateTimeOffset.UtcNow : null);
        Cut(100_000);

        var message = (await Assert.ThrowsAsync<IOException>(Download)).Message;

        Assert.StartsWith($"{_server.Address}{Name} broke off after 100,000 bytes", message, StringComparison.Ordinal);
        Assert.Single(_server.Asked);
    }

    [Fact]
    public async Task Download_OfAServerThatSendsNoParts_StartsOver()
    {
        _server.SendsParts = false;
        Cut(100_000);

        Assert.Equal(300_000, (await Download()).Bytes);

        Assert.Equal(_server.Files[Name], _received.ToArray());
    }

    [Theory]
    [InlineData(250_000)]
    [InlineData(350_000)]
    public async Task Download_OfAFileThatChangedMeanwhile_IsTheNewOneAlone(int length)
    {
        Cut(100_000);
        var changed = CutServer.Bytes(length, seed: 7);

        var result = await Download(first =>
        {
            if (first)
            {
                (_server.Files[Name], _server.Tag) = (changed, "\"v2\"");
            }
        });

        Assert.Equal(length, result.Bytes);
        Assert.Equal(changed, _received.ToArray());
    }

    [Fact]
    public async Task Download_PartOfAFileOfAnotherSize_StartsOver()
    {
        _server.ClaimedTotal = 300_001;
        Cut(100_000);

        await Download();

        Assert.Equal(_server.Files[Name], _received.ToArray());
        Assert.Equal([Name, $"{Name} bytes=100000- \"v1\"", Name], _server.Asked);
    }

    [Fact]
    public async Task Download_CutAgainAndAgainWithoutAByte_Fails()
    {
        Cut(100_000, 0, 0, 0, 0, 0, 0);

        var message = (await Assert.ThrowsAsync<IOException>(Download)).Message;

        Assert.StartsWith($"{_server.Address}{Name} broke off after 100,000 bytes of 300,000", message, StringComparison.Ordinal);
        Assert.InRange(_server.Asked.Count, 3, 6);
    }

    [Fact]
    public async Task Download_WholeFileFromBefore_AsksForItsLastByteAlone()
    {
        _received.Write(_server.Files[Name]);

        var result = await _client.Download(
            new Uri(_server.Address + Name), new PartialFile(_received, 300_000, new FetchValidator("\"v1\"", null, 300_000)), new FetchLimit(400_000, "Setting"), null, CancellationToken.None);

        Assert.Equal(300_000, result.Bytes);
        Assert.Equal(_server.Files[Name], _received.ToArray());
        Assert.Equal([$"{Name} bytes=299999- \"v1\""], _server.Asked);
    }

    [Fact]
    public async Task Download_RestThatIsTooLarge_IsRefused()
    {
        _received.Write(_server.Files[Name].AsSpan(0, 100));
        var part = new PartialFile(_received, 100, new FetchValidator("\"v1\"", null, 300_000));

        var message = (await Assert.ThrowsAsync<IOException>(() => _client.Download(new Uri(_server.Address + Name), part, new FetchLimit(299_000, "Setting"), null, CancellationToken.None))).Message;

        Assert.Contains("is larger than 0.299 MB; the setting Setting allows more", message, StringComparison.Ordinal);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _received.Dispose();
    }

    private void Cut(params int[] after) => Array.ForEach(after, _server.Cuts.Enqueue);

    private Task<FetchResult> Download() => Download(null);

    /// <param name="told">Called with every piece that arrives: true before the connection was cut.</param>
    private Task<FetchResult> Download(Action<bool>? told) =>
        _client.Download(new Uri(_server.Address + Name), _received, new Listener(_ => told?.Invoke(_server.Asked.Count == 1)));

    private sealed class Listener(Action<FetchProgress> heard) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => heard(value);
    }
}
