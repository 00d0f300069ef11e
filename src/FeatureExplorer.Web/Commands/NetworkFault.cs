using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace FeatureExplorer.Web.Commands;

/// <summary>What is wrong with an address to listen on or to fetch from, in a sentence that says what helps.</summary>
internal static class NetworkFault
{
    private const string Before = "Failed to bind to address ";
    private const string After = ": address already in use.";

    /// <summary>The sentence for an error of the network; null for an error of another kind.</summary>
    public static string? Describe(Exception exception) => Chain(exception).Select(cause => cause switch
    {
        AddressInUseException => $"{Address(exception.Message)} is in use by another program: end that program, or name another address with --urls.",
        HttpRequestException => $"The fetch failed ({Reason(cause)}): see that this machine reaches the address, and start the same command again.",
        SocketException => $"An address of --urls cannot be listened on ({Reason(cause)}): name one that this machine has, with a port that this account may open, such as http://localhost:5000.",
        _ => null,
    }).FirstOrDefault(static sentence => sentence is not null);

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private static string Reason(Exception exception) => exception.Message.TrimEnd('.');

    // The server's own words hold the one address of several that is in use.
    private static string Address(string message) => message.StartsWith(Before, StringComparison.Ordinal) && message.EndsWith(After, StringComparison.Ordinal)
        ? message[Before.Length..^After.Length]
        : "An address of --urls";
}
