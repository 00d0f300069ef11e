using System.Net;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// Knows from which network address a page's connection was opened, while something runs that came over it: there is no request then whose address the audit
/// log could record, or whose visitor could be counted.
/// </summary>
public sealed class CircuitAddress(IHttpContextAccessor http) : CircuitHandler
{
    private static readonly AsyncLocal<IPAddress?> Address = new();

    private IPAddress? _address;

    /// <summary>The address, or null outside of connections.</summary>
    public static IPAddress? Current => Address.Value;

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _address = http.HttpContext?.Connection.RemoteIpAddress;
        return Task.CompletedTask;
    }

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        Address.Value = _address;
        await next(context);
    };
}
