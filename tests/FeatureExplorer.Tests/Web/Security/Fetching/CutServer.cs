using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FeatureExplorer.Tests.Web.Security.Fetching;

/// <summary>A server of files that cuts connections in the middle, and sends the rest where it is asked for as RFC 9110 says.</summary>
internal sealed class CutServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<string> _asked = [];

    private CutServer()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.Zero);
        _app = builder.Build();
        _app.MapGet("/files/{**name}", (string name, HttpContext http) => Serve(Files[name], name, http));
    }

    /// <summary>What it serves.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    public string? Tag { get; set; } = "\"v1\"";

    public DateTimeOffset? Modified { get; set; }

    /// <summary>Whether it sends parts.</summary>
    public bool SendsParts { get; set; } = true;

    /// <summary>What its parts say that the whole has; null: what it has.</summary>
    public long? ClaimedTotal { get; set; }

    /// <summary>Answers with a server's error, in the place of bytes.</summary>
    public const int Unavailable = -1;

    /// <summary>Bytes of one answer after which the connection is cut, one after the other; answers without one are whole.</summary>
    public Queue<int> Cuts { get; } = [];

    /// <summary>Name, Range and If-Range of each request.</summary>
    public IReadOnlyList<string> Asked => _asked;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/files/";

    public static async Task<CutServer> Start()
    {
        var server = new CutServer();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Bytes that differ at every place from those of another seed.</summary>
    public static byte[] Bytes(int count, int seed = 1) => [.. Enumerable.Range(0, count).Select(i => (byte)((i * 31) + (i >> 8) + seed))];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Serve(byte[] content, string name, HttpContext http)
    {
        var (range, condition) = (http.Request.Headers.Range.ToString(), http.Request.Headers.IfRange.ToString());
        _asked.Add($"{name} {range} {condition}".TrimEnd());
        var from = SendsParts && range.Length > 0 && condition == (Tag ?? Modified?.ToString("R", CultureInfo.InvariantCulture)) ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        var isCut = Cuts.TryDequeue(out var cut);
        if (cut == Unavailable)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        if (from > 0)
        {
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.Headers.ContentRange = $"bytes {from}-{(ClaimedTotal ?? content.Length) - 1}/{ClaimedTotal ?? content.Length}";
        }

        http.Response.Headers.ETag = Tag;
        http.Response.Headers.LastModified = Modified?.ToString("R", CultureInfo.InvariantCulture);
        http.Response.ContentLength = content.Length - from;
        var end = isCut ? Math.Min(from + cut, content.Length) : content.Length;
        await http.Response.Body.WriteAsync(content.AsMemory(from, end - from));
        await http.Response.Body.FlushAsync();
        if (end < content.Length)
        {
            // What was sent has to arrive before the connection is reset.
            await Task.Delay(40);
            http.Abort();
        }
    }
}
