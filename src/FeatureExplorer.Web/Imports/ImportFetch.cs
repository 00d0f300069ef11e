using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Imports;

/// <summary>Files that are being fetched, in the background; pages read how far they are.</summary>
public sealed class ImportFetch : IDisposable
{
    private readonly BackgroundWork _work;

    internal ImportFetch(int number, string name, IReadOnlyList<ImportAddress> addresses, CancellationToken stopping) => (Number, Name, Addresses, _work) = (number, name, addresses, new BackgroundWork(stopping));

    /// <summary>Which one, since the server started.</summary>
    public int Number { get; }

    /// <summary>What the folder is to be called.</summary>
    public string Name { get; }

    /// <summary>Where the files lie.</summary>
    public IReadOnlyList<ImportAddress> Addresses { get; }

    /// <summary>How many files are fetched.</summary>
    public int Files => Addresses.Count;

    /// <summary>Files that are there.</summary>
    public int Done { get; private set; }

    /// <summary>Bytes that have come of all files.</summary>
    public long Bytes { get; private set; }

    /// <summary>How much of the file that is being fetched has come, 0 to 1; null where its server does not say how large it is.</summary>
    public double? Share { get; private set; }

    /// <summary>Bytes that trying again need not ask for, once it has failed.</summary>
    public long Kept { get; internal set; }

    /// <summary>What came of it, once it has ended well.</summary>
    public ReceivedFolder? Result { get; internal set; }

    /// <summary>Why it failed, once it has.</summary>
    public string? Problem { get; internal set; }

    /// <summary>Whether it goes on.</summary>
    public bool Active => Result is null && Problem is null;

    internal CancellationToken Token => _work.Token;

    public void Dispose() => _work.Dispose();

    internal void Tell(int done, long bytes, double? share) => (Done, Bytes, Share) = (done, bytes, share);

    internal Task Stop() => _work.Stop();

    internal void End() => _work.End();
}
