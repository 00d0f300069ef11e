using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;

namespace FeatureExplorer.Web.Security;

/// <summary>How often one visitor may ask: generous for reading, strict where passwords are tried.</summary>
public static class RateLimits
{
    /// <summary>The policy of pages whose forms take a password or a token.</summary>
    public const string Passwords = "passwords";

    public static IServiceCollection AddRateLimits(this IServiceCollection services, LimitOptions limits) => services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = Reject;
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => Reading(context, limits));
        limiter.AddPolicy(Passwords, context => Trying(context, limits));
    });

    /// <summary>What counts as one visitor: an IPv4 address, or the network half of an IPv6 address, which one person has whole.</summary>
    internal static string Visitor(IPAddress? address)
    {
        if (address is null)
        {
            return string.Empty;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(plain.GetAddressBytes(), 0, 8) : plain.ToString();
    }

    // Health is asked for by machines; a page's connection is one long request.
    private static RateLimitPartition<string> Reading(HttpContext context, LimitOptions limits) =>
        context.Request.Path.StartsWithSegments("/healthz") || IsLocal(context)
            ? RateLimitPartition.GetNoLimiter(string.Empty)
            : RateLimitPartition.GetTokenBucketLimiter(Visitor(context.Connection.RemoteIpAddress), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = limits.Burst,
                TokensPerPeriod = Math.Max(1, limits.RequestsPerSecond / 5),
                ReplenishmentPeriod = TimeSpan.FromSeconds(limits.RequestsPerSecond >= 5 ? 0.2 : 1.0 / limits.RequestsPerSecond),
            });

    // A script on the machine itself could take all of it anyway; what a proxy there passes on comes from somebody else.
    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName) && !context.Request.Headers.ContainsKey("Forwarded");

    private static RateLimitPartition<string> Trying(HttpContext context, LimitOptions limits) =>
        HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetSlidingWindowLimiter("passwords " + Visitor(context.Connection.RemoteIpAddress), _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = limits.SignInsPerMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = 6,
            })
            : RateLimitPartition.GetNoLimiter(string.Empty);

    // It records the refusal and tells when to come back.
    private static ValueTask Reject(OnRejectedContext context, CancellationToken cancellation)
    {
        context.HttpContext.RequestServices.GetRequiredService<AuditLog>().Refused(context.HttpContext, "too many requests");
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? time : TimeSpan.FromSeconds(10);
        context.HttpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return ValueTask.CompletedTask;
    }
}
