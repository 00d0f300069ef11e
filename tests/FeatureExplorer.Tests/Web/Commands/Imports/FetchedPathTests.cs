using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Security.Fetching;
using FeatureExplorer.Web.Commands.Imports;

namespace FeatureExplorer.Tests.Web.Commands.Imports;

/// <summary>Addresses in the place of a path of the command line.</summary>
public sealed class FetchedPathTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _data = new();
    private CutServer _server = null!;

    private string Imports => Path.Combine(_data.Path, "imports");

    public async Task InitializeAsync()
    {
        _server = await CutServer.Start();
        _server.Files["gpt2/config.json"] = CutServer.Bytes(50);
        _server.Files["gpt2/model.safetensors"] = CutServer.Bytes(200_000);
        await File.WriteAllTextAsync(Path.Combine(_data.Path, "appsettings.json"), """{"Fetch": {"AllowPrivateAddresses": true}}""");
    }

    [Fact]
    public void Of_FolderAndNames_FetchesThemAndForgetsThemOnceUsed()
    {
        using (var fetched = Fetch("config.json", "model.safetensors"))
        {
            Assert.Equal("gpt2", Path.GetFileName(fetched.Local));
            Assert.Equal("127.0.0.1/gpt2", fetched.Called);
            Assert.Equal(_server.Files["gpt2/model.safetensors"], File.ReadAllBytes(Path.Combine(fetched.Local, "model.safetensors")));
            Assert.Contains("at this moment", Assert.Throws<IOException>(() => Fetch("config.json", "model.safetensors")).Message, StringComparison.Ordinal);
            fetched.Used();
        }

        Assert.False(Directory.Exists(Imports));
    }

    [Fact]
    public void Of_OneFile_IsThatFile()
    {
        using var fetched = FetchedPath.Of([_server.Address + "gpt2/model.safetensors"], "PATH", _data.Path, CancellationToken.None);
        Assert.Equal("model.safetensors", Path.GetFileName(fetched.Local));
        Assert.True(File.Exists(fetched.Local));
    }

    [Fact]
    public void Of_BrokenOffBefore_GoesOnWithWhatWasKept()
    {
        Array.ForEach([50, 100_000, CutServer.Unavailable], _server.Cuts.Enqueue);

        Assert.Contains("answers with status 503", Assert.Throws<IOException>(() => Fetch("config.json", "model.safetensors")).Message, StringComparison.Ordinal);
        Assert.StartsWith(".fetching-", Path.GetFileName(Assert.Single(Directory.GetDirectories(Imports))), StringComparison.Ordinal);
        var before = _server.Asked.Count;

        using var fetched = Fetch("config.json", "model.safetensors");

        Assert.Equal(["gpt2/config.json bytes=49- \"v1\"", "gpt2/model.safetensors bytes=100000- \"v1\""], _server.Asked.Skip(before));
        Assert.Equal(_server.Files["gpt2/config.json"], File.ReadAllBytes(Path.Combine(fetched.Local, "config.json")));
        Assert.Equal(_server.Files["gpt2/model.safetensors"], File.ReadAllBytes(Path.Combine(fetched.Local, "model.safetensors")));
    }

    [Fact]
    public void Of_BrokenOffAndChangedMeanwhile_HasNothingOfTheOldFile()
    {
        Array.ForEach([50, 100_000, CutServer.Unavailable], _server.Cuts.Enqueue);
        Assert.Throws<IOException>(() => Fetch("config.json", "model.safetensors"));
        (_server.Tag, _server.Files["gpt2/config.json"], _server.Files["gpt2/model.safetensors"]) = ("\"v2\"", CutServer.Bytes(60, seed: 9), CutServer.Bytes(150_000, seed: 9));

        using var fetched = Fetch("config.json", "model.safetensors");

        Assert.Equal(_server.Files["gpt2/config.json"], File.ReadAllBytes(Path.Combine(fetched.Local, "config.json")));
        Assert.Equal(_server.Files["gpt2/model.safetensors"], File.ReadAllBytes(Path.Combine(fetched.Local, "model.safetensors")));
    }

    [Fact]
    public void Of_WithoutAValidator_KeepsNothing()
    {
        _server.Tag = null;
        _server.Cuts.Enqueue(50);
        _server.Cuts.Enqueue(1000);

        Assert.Contains("broke off after 1,000 bytes", Assert.Throws<IOException>(() => Fetch("config.json", "model.safetensors")).Message, StringComparison.Ordinal);

        Assert.False(Directory.Exists(Imports));
    }

    [Fact]
    public void Of_WhatIsNeitherPathNorAddress_IsRefusedAndLeavesNothing()
    {
        var folder = Path.Combine(_data.Path, "new");
        Assert.Contains("name one path", Assert.Throws<ArgumentException>(() => FetchedPath.Of(["a", "b"], "PATH", folder, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Contains("no names of files follow", Assert.Throws<ArgumentException>(() => FetchedPath.Of([_server.Address], "PATH", folder, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Contains("Fetch:AllowPrivateAddresses", Assert.Throws<IOException>(() => FetchedPath.Of([_server.Address + "gpt2/config.json"], "PATH", folder, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
        Assert.Equal("a", FetchedPath.Of(["a"], "PATH", folder, CancellationToken.None).Local);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _data.Dispose();

    private FetchedPath Fetch(params string[] names) => FetchedPath.Of([_server.Address + "gpt2/", .. names], "PATH", _data.Path, CancellationToken.None);
}
