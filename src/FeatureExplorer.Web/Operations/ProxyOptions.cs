using System.Net;

namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Reverse proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> headers are believed. Without any, such headers are ignored:
/// anybody can send them.
/// </summary>
public sealed record ProxyOptions
{
    /// <summary>Addresses and networks, separated by commas: "10.0.0.2, 172.16.0.0/12".</summary>
    public string Trusted { get; init; } = string.Empty;

    /// <summary>Networks; a single address is one of its own.</summary>
    /// <exception cref="FormatException">A word is neither: <see cref="Problems"/> says which.</exception>
    public IEnumerable<IPNetwork> Networks() => Words().Select(word => Parse(word) ?? throw new FormatException(word));

    internal IEnumerable<string> Problems() => Words().Where(word => Parse(word) is null)
        .Select(word => $"Proxy:Trusted holds \"{word}\"; write addresses and networks such as 10.0.0.2, 172.16.0.0/12.");

    private string[] Words() => Trusted.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IPNetwork? Parse(string word) =>
        IPNetwork.TryParse(word, out var network) ? network
        : IPAddress.TryParse(word, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
