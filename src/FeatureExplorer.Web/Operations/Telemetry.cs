using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Sends traces and metrics to an OpenTelemetry collector. ASP.NET Core and the runtime measure themselves; this only listens, and exists only when an
/// address is configured.
/// </summary>
public sealed class Telemetry(TelemetryOptions options) : IHostedService, IDisposable
{
    /// <summary>Name of the program's own sources.</summary>
    public const string Name = "FeatureExplorer";

    private static readonly string[] Meters =
    [
        Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting",
        "Microsoft.AspNetCore.Components.Server.Circuits", "Microsoft.AspNetCore.Authorization", "System.Runtime",
    ];

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Without this switch the framework leaves out what OpenTelemetry calls http.route and http.response.status_code.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        var resource = ResourceBuilder.CreateDefault().AddService(Name, serviceVersion: typeof(Telemetry).Assembly.GetName().Version!.ToString(3));
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Name, "Microsoft.AspNetCore")
            .AddOtlpExporter(exporter => Configure(exporter, "v1/traces")).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters)
            .AddOtlpExporter(exporter => Configure(exporter, "v1/metrics")).Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // What has been measured is sent before the process ends, within the time that a shutdown has.
    public void Dispose()
    {
        _traces?.Shutdown(1000);
        _metrics?.Shutdown(1000);
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private void Configure(OtlpExporterOptions exporter, string path)
    {
        var address = options.OtlpEndpoint.TrimEnd('/');
        exporter.Protocol = options.Protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri(options.Protocol == "grpc" ? address : $"{address}/{path}");
    }
}
