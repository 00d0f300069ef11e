using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Security.Fetching;
using Microsoft.AspNetCore.HttpOverrides;

namespace FeatureExplorer.Web.Operations;

/// <summary>What running the server needs besides its pages: logs, limits of time, the disk, proxies.</summary>
public static class OperationServices
{
    // A container is killed ten seconds after it was asked to stop. Requests that hang have this long to end; meanwhile a run writes its checkpoint.
    private static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(7);

    private static readonly string[] Schemes = [Uri.UriSchemeHttp, Uri.UriSchemeHttps];

    public static void AddOperations(this WebApplicationBuilder builder, ExplorerOptions settings, DataFolder folder)
    {
        builder.Configuration.AddJsonFile(Path.Combine(folder.Root, ExplorerSettings.FileName), optional: true);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // It warns at every start that the keys are not encrypted: their folder is private instead.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        if (settings.Logs.Json)
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }

        builder.Services.Configure<HostOptions>(host => (host.ShutdownTimeout, host.ServicesStopConcurrently) = (Shutdown, true));
        builder.Services.AddHsts(hsts => hsts.MaxAge = TimeSpan.FromDays(365));
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new DiskSpace(folder, settings.Disk));
        builder.Services.AddSingleton(new SafeHttpClient(settings.Fetch));
        if (settings.Telemetry.OtlpEndpoint.Length > 0)
        {
            builder.Services.AddSingleton<IHostedService>(_ => new Telemetry(settings.Telemetry));
        }
    }

    /// <summary>Believes the headers of the proxies that the settings name, and nobody else's; tells browsers to come back by https.</summary>
    public static void UseTrustedProxies(this WebApplication app, ProxyOptions proxy)
    {
        var networks = proxy.Networks().ToList();
        if (networks.Count > 0)
        {
            var headers = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
                ForwardLimit = null,
            };
            app.Use((context, next) =>
            {
                DropForeignSchemes(context.Request.Headers);
                return next(context);
            });
            headers.KnownIPNetworks.Clear();
            headers.KnownProxies.Clear();
            networks.ForEach(headers.KnownIPNetworks.Add);
            app.UseForwardedHeaders(headers);
        }

        app.UseHsts();
    }

    // A visitor can put words before the proxy's own: what is no scheme of a page would end up in addresses.
    private static void DropForeignSchemes(IHeaderDictionary headers)
    {
        var name = ForwardedHeadersDefaults.XForwardedProtoHeaderName;
        if (headers.TryGetValue(name, out var given))
        {
            headers[name] = given.SelectMany(line => (line ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))
                .Where(word => Schemes.Contains(word, StringComparer.OrdinalIgnoreCase)).ToArray();
        }
    }
}
