using System.Globalization;
using FeatureExplorer.Torch.Library;

namespace FeatureExplorer.Web.Devices;

/// <summary>The memory in use on graphics cards. The driver is asked every five seconds at most, only while somebody looks, and no page waits for its answer.</summary>
public sealed class CardMemory
{
    private const string Cuda = "cuda:";

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly Func<IReadOnlyList<NvidiaCards.Card?>> _query;
    private readonly Lock _gate = new();
    private volatile IReadOnlyList<NvidiaCards.Card?> _cards = [];
    private DateTimeOffset _next;

    public CardMemory()
        : this(TimeProvider.System, NvidiaCards.Query)
    {
    }

    internal CardMemory(TimeProvider time, Func<IReadOnlyList<NvidiaCards.Card?>> query) => (_time, _query) = (time, query);

    /// <summary>What the driver last told of a device; null where it is no such card, or before the first answer.</summary>
    /// <param name="device">As runs name it: <c>cuda:0</c>.</param>
    public NvidiaCards.Card? Of(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (!device.StartsWith(Cuda, StringComparison.Ordinal) || !int.TryParse(device[Cuda.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        lock (_gate)
        {
            if (_time.GetUtcNow() is var now && now >= _next)
            {
                _next = now + Fresh;
                _ = Task.Run(() => _cards = _query());
            }
        }

        return _cards.ElementAtOrDefault(number);
    }
}
