namespace FeatureExplorer.Web.Operations;

/// <summary>Where traces and metrics go. Without an address, nothing is measured and nothing is sent.</summary>
public sealed record TelemetryOptions
{
    /// <summary>Address of an OpenTelemetry collector: http://localhost:4317 (gRPC) or http://localhost:4318 (HTTP).</summary>
    public string OtlpEndpoint { get; init; } = string.Empty;

    /// <summary>"grpc" or "http".</summary>
    public string Protocol { get; init; } = "grpc";

    internal IEnumerable<string> Problems()
    {
        if (OtlpEndpoint.Length > 0 && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return $"Telemetry:OtlpEndpoint is \"{OtlpEndpoint}\"; it must be an address such as http://localhost:4317.";
        }

        if (Protocol is not ("grpc" or "http"))
        {
            yield return $"Telemetry:Protocol is \"{Protocol}\"; it must be grpc or http.";
        }
    }
}
