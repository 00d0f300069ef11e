using System.Net;
using System.Net.Sockets;

namespace FeatureExplorer.Web.Security.Fetching;

/// <summary>Tells addresses of the internet from those of this machine and its networks.</summary>
public static class PublicAddress
{
    // The IANA registry of special-purpose IPv4 addresses, and multicast.
    private static readonly IPNetwork[] SpecialV4 =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ]).Select(IPNetwork.Parse),
    ];

    // Global unicast is all that the internet uses; within it lie protocol assignments (with Teredo), documentation, and 6to4,
    // whose addresses hold IPv4 addresses that a gateway would connect to.
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] SpecialV6 = [.. ((string[])["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]).Select(IPNetwork.Parse)];

    /// <summary>True for an address that anybody on the internet could reach: not private, loopback, link-local, multicast or reserved.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily switch
        {
            AddressFamily.InterNetwork => !SpecialV4.Any(network => network.Contains(plain)),
            AddressFamily.InterNetworkV6 => GlobalV6.Contains(plain) && !SpecialV6.Any(network => network.Contains(plain)),
            _ => false,
        };
    }
}
