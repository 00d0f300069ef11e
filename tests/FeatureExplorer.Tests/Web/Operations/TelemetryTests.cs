using System.Collections.Concurrent;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FeatureExplorer.Tests.Web.Operations;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Collector_Configured_GetsTracesAndMetrics()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = await Collector(received);
        var address = collector.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using (var site = await AccountSite.Start(AccountSite.Patient with { Telemetry = new TelemetryOptions { OtlpEndpoint = address, Protocol = "http" } }))
        {
            using var visitor = site.Visitor();
            await visitor.Status("/about");
            await site.DisposeAsync();
        }

        // Protocol buffers hold their strings as they are.
        Assert.Contains("/about", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("FeatureExplorer", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", received["/v1/metrics"], StringComparison.Ordinal);
    }

    private static async Task<WebApplication> Collector(ConcurrentDictionary<string, string> received)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body, System.Text.Encoding.Latin1);
            var text = await reader.ReadToEndAsync();
            received.AddOrUpdate(context.Request.Path, text, (_, before) => before + text);
        });
        await collector.StartAsync();
        return collector;
    }
}
