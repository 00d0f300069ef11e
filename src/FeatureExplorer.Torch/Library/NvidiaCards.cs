using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace FeatureExplorer.Torch.Library;

/// <summary>
/// Names and memory of the cards, which libtorch's bindings do not tell, from the driver's own <c>nvidia-smi</c>. That program lists every card of the machine by
/// its place on the bus; CUDA counts the visible cards in an order of its own. So cards are found by their UUID.
/// </summary>
public static class NvidiaCards
{
    private const int Patience = 3000;

    /// <param name="Name">As the driver calls it.</param>
    /// <param name="Memory">All of it, bytes.</param>
    /// <param name="Used">What is used now, bytes.</param>
    public sealed record Card(string Name, long Memory, long Used);

    /// <summary>The cards as <c>cuda:N</c> counts them; null for one that <c>nvidia-smi</c> does not list, none where there is no driver or the program does not answer.</summary>
    public static IReadOnlyList<Card?> Query()
    {
        if (CudaDriver.Uuids() is not { Count: > 0 } visible || Ask() is not { } text)
        {
            return [];
        }

        var cards = Parse(text);
        return [.. visible.Select(cards.GetValueOrDefault)];
    }

    /// <summary>Reads lines of UUID, name, memory and used memory in MiB.</summary>
    internal static IReadOnlyDictionary<string, Card> Parse(string text)
    {
        var cards = new Dictionary<string, Card>();
        foreach (var parts in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (parts.Length == 4)
            {
                cards[parts[0]] = new Card(parts[1], Bytes(parts[2]), Bytes(parts[3]));
            }
        }

        return cards;
    }

    private static string? Ask()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("nvidia-smi", "--query-gpu=uuid,name,memory.total,memory.used --format=csv,noheader,nounits") { RedirectStandardOutput = true });
            if (process is null)
            {
                return null;
            }

            var text = process.StandardOutput.ReadToEndAsync();
            if (text.Wait(Patience))
            {
                return text.GetAwaiter().GetResult();
            }

            process.Kill();
            return null;
        }
        catch (Win32Exception)
        {
            return null; // there is no such program
        }
    }

    private static long Bytes(string mebibytes) => long.TryParse(mebibytes, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value << 20 : 0;
}
