using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;

namespace FeatureExplorer.Web.Commands;

/// <summary>
/// Times a piece of the engine against a script that does the same in another framework, in turns, so that what else the machine does hits both alike.
/// A folder of peers holds <c>run.sh</c>, which starts a script by name at its best, and scripts that print one line of JSON.
/// </summary>
/// <param name="Unit">What is counted per second.</param>
/// <param name="Ours">Median of the engine's runs.</param>
/// <param name="Peer">Median of the peer's.</param>
/// <param name="Ratio">Ours over the peer's.</param>
/// <param name="PeerName">What the peer calls itself.</param>
/// <param name="OurRuns">All runs in order.</param>
/// <param name="PeerRuns">All runs in order.</param>
public sealed record PeerComparison(
    string Unit, double Ours, double Peer, double Ratio, string PeerName, IReadOnlyList<double> OurRuns, IReadOnlyList<double> PeerRuns)
{
    /// <summary>Pairs of runs, at least.</summary>
    public const int Pairs = 5;

    private const string Runner = "run.sh";

    /// <summary>The folder given, or the usual one.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static string FindFolder(string? given)
    {
        var folder = Path.GetFullPath(given is { Length: > 0 } ? given : Path.Combine("..", "shared", "peers"));
        return File.Exists(Path.Combine(folder, Runner))
            ? folder
            : throw new ArgumentException($"There is no {Runner} in {folder}: name the folder of the peers, as in --peer PATH.");
    }

    /// <summary>Runs both in turns.</summary>
    /// <param name="folder">The folder of the peers.</param>
    /// <param name="script">The peer's script and its arguments.</param>
    /// <param name="key">The key of the JSON that holds the peer's speed.</param>
    /// <param name="ours">One run of the engine, per second.</param>
    /// <param name="report">Told about every pair.</param>
    /// <param name="cancellation">Ends the peer that is running.</param>
    public static PeerComparison Run(
        string folder, IReadOnlyList<string> script, string key, Func<double> ours, Action<string> report, CancellationToken cancellation)
    {
        var (ourRuns, peerRuns) = (new List<double>(), new List<double>());
        var name = "";
        for (var pair = 1; pair <= Pairs; pair++)
        {
            cancellation.ThrowIfCancellationRequested();
            ourRuns.Add(ours());
            using var json = Start(folder, script, cancellation);
            peerRuns.Add(json.RootElement.GetProperty(key).GetDouble());
            name = json.RootElement.GetProperty("peer").GetString() ?? "";
            report(string.Create(CultureInfo.InvariantCulture, $"pair {pair} of {Pairs}: {ourRuns[^1]:N0} and {peerRuns[^1]:N0} {key.Replace('_', ' ')}"));
        }

        var (our, peer) = (Median(ourRuns), Median(peerRuns));
        return new PeerComparison(key, our, peer, our / peer, name, ourRuns, peerRuns);
    }

    private static JsonDocument Start(string folder, IReadOnlyList<string> script, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(folder, Runner));
        foreach (var argument in script)
        {
            start.ArgumentList.Add(argument);
        }

        if (!Avx512F.IsSupported)
        {
            // The scripts ask for AVX-512 where nobody asks for anything else.
            start.Environment.TryAdd("ATEN_CPU_CAPABILITY", "avx2");
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash could not be started.");
        using var stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var line = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        return process.ExitCode == 0 && line is not null
            ? JsonDocument.Parse(line)
            : throw new InvalidOperationException($"{Path.Combine(folder, Runner)} {script[0]} ended with exit code {process.ExitCode}; its message is above. What it needs is written at its top.");
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
