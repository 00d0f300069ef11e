using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Index;

/// <summary>
/// Writes an activation index in bounded memory: one pass over the held-out tokens spools sparse rows to a temporary file; then one or
/// more passes over the spool gather a range of features each, as many as fit the memory allowed, and write them in their final order.
/// </summary>
public static class ActivationIndexBuilder
{
    /// <summary>Windows that the encoder gets at a time: 4,096 tokens for windows of 256.</summary>
    public const int WindowsPerBatch = 16;

    /// <summary>Memory that one gathering pass may take, unless told otherwise.</summary>
    public const long DefaultGatherBytes = 256L << 20;

    private const int EntryBytes = 2 * sizeof(ushort);

    // Gathering takes about a hundredth of the time of encoding; shown as the last twentieth.
    private const double EncodingShare = 0.95;

    /// <summary>Encodes the first <paramref name="maxTokens"/> held-out tokens (or all) and writes the index; replaces an old file only when complete.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="heldOut">The held-out split; its windows start at multiples of the encoder's window.</param>
    /// <param name="maxTokens">Upper limit of tokens.</param>
    /// <param name="encoder">The features.</param>
    /// <param name="header">Where the activations come from; the counts are filled in.</param>
    /// <param name="progress">Receives the share done, 0 to 1.</param>
    /// <param name="cancellation">When cancelled, nothing is left behind.</param>
    /// <returns>The header as written.</returns>
    public static IndexHeader Build(
        string path,
        TokenStore heldOut,
        long maxTokens,
        IFeatureEncoder encoder,
        IndexHeader header,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default) =>
        Build(path, heldOut, maxTokens, encoder, header, DefaultGatherBytes, progress, cancellation);

    /// <summary>The same with the memory that one gathering pass may take.</summary>
    public static IndexHeader Build(
        string path,
        TokenStore heldOut,
        long maxTokens,
        IFeatureEncoder encoder,
        IndexHeader header,
        long gatherBytes,
        IProgress<double>? progress,
        CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(header);
        var tokens = Math.Min(maxTokens, heldOut.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens, nameof(maxTokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, int.MaxValue, nameof(maxTokens));

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var spool = new RowSpool(path + ".rows.tmp");
        using var gains = new GainSpool(path + ".gains.tmp");
        var counts = new long[encoder.Features];
        Encode(heldOut, tokens, encoder, spool, gains, counts, progress, cancellation);
        var complete = header with { Tokens = tokens, Features = encoder.Features, Activations = counts.Sum(), HasGains = gains.Any };
        Checksums.Write(path, file =>
        {
            Gather(file, complete, counts, spool, gatherBytes, progress, cancellation);
            gains.CopyTo(file, IndexLayout.Of(complete).GainsOffset);
        });
        progress?.Report(1);
        return complete;
    }

    private static void Encode(
        TokenStore heldOut, long tokens, IFeatureEncoder encoder, RowSpool spool, GainSpool gains, long[] counts, IProgress<double>? progress, CancellationToken cancellation)
    {
        var rows = new SparseActivations();
        for (long start = 0; start < tokens;)
        {
            cancellation.ThrowIfCancellationRequested();
            var windows = (int)Math.Min(WindowsPerBatch, (tokens - start) / encoder.Window);
            // The last tokens may not fill a window: the model is causal, so a shorter one gives the same activations.
            var length = windows > 0 ? encoder.Window : (int)(tokens - start);
            windows = Math.Max(windows, 1);
            encoder.Encode(heldOut.Read(start, windows * length), windows, length, rows);
            spool.Append(rows, counts);
            gains.Append(rows);
            start += windows * length;
            progress?.Report(EncodingShare * start / tokens);
        }
    }

    private static void Gather(
        Stream file, IndexHeader header, long[] counts, RowSpool spool, long gatherBytes, IProgress<double>? progress, CancellationToken cancellation)
    {
        var offsets = Offsets(counts);
        var layout = IndexLayout.Of(header);
        file.SetLength(layout.FileLength);
        var pageTable = new uint[(long)counts.Length * layout.Pages];
        uint positionsChecksum = 0, valuesChecksum = 0;
        var ranges = Ranges(offsets, gatherBytes / EntryBytes);
        // One pair of arrays for all ranges: left to the collector, those of the ranges before would be there as well.
        var most = ranges.Max(range => checked((int)(offsets[range.End] - offsets[range.First])));
        var (allPositions, allValues) = (new ushort[most], new Half[most]);
        foreach (var (first, end) in ranges)
        {
            var entries = (int)(offsets[end] - offsets[first]);
            var positions = allPositions.AsSpan(0, entries);
            var values = allValues.AsSpan(0, entries);
            GatherRange(spool, offsets, first, end, positions, values, pageTable.AsSpan(first * layout.Pages, (end - first) * layout.Pages), cancellation);
            var positionBytes = MemoryMarshal.AsBytes(positions);
            var valueBytes = MemoryMarshal.AsBytes(values);
            WriteAt(file, layout.PositionsOffset + (offsets[first] * sizeof(ushort)), positionBytes);
            WriteAt(file, layout.ValuesOffset + (offsets[first] * sizeof(ushort)), valueBytes);
            positionsChecksum = IndexLayout.Checksum(positionsChecksum, positionBytes);
            valuesChecksum = IndexLayout.Checksum(valuesChecksum, valueBytes);
            progress?.Report(EncodingShare + ((1 - EncodingShare) * end / counts.Length));
        }

        WriteAt(file, 0, IndexLayout.Head(header, offsets, pageTable, positionsChecksum, valuesChecksum));
    }

    private static void WriteAt(Stream file, long offset, ReadOnlySpan<byte> bytes)
    {
        file.Position = offset;
        file.Write(bytes);
    }

    /// <summary>
    /// Places the entries of features [first, end): rows come in the order of their positions, so each feature's do too. At the first row of a
    /// page each feature's cursor is its number of entries before the page.
    /// </summary>
    private static void GatherRange(
        RowSpool spool, long[] offsets, int first, int end, Span<ushort> positions, Span<Half> values, Span<uint> pageTable, CancellationToken cancellation)
    {
        var cursors = new int[end - first];
        var pages = pageTable.Length / cursors.Length;
        for (var feature = first; feature < end; feature++)
        {
            cursors[feature - first] = (int)(offsets[feature] - offsets[first]);
        }

        var block = new RowSpool.Block();
        var position = 0u;
        spool.Rewind();
        while (spool.Read(block))
        {
            cancellation.ThrowIfCancellationRequested();
            var entry = 0;
            for (var row = 0; row < block.RowCount; row++, position++)
            {
                if ((ushort)position == 0)
                {
                    BeginPage(cursors, offsets, first, pageTable, pages, (int)(position >> IndexLayout.PageBits));
                }

                for (var rowEnd = entry + block.Counts[row]; entry < rowEnd; entry++)
                {
                    var feature = block.Features[entry] - first;
                    if ((uint)feature < (uint)cursors.Length)
                    {
                        var slot = cursors[feature]++;
                        positions[slot] = (ushort)position;
                        values[slot] = block.Values[entry];
                    }
                }
            }
        }
    }

    private static void BeginPage(int[] cursors, long[] offsets, int first, Span<uint> pageTable, int pages, int page)
    {
        for (var i = 0; i < cursors.Length; i++)
        {
            pageTable[(i * pages) + page] = (uint)(cursors[i] - (offsets[first + i] - offsets[first]));
        }
    }

    private static long[] Offsets(long[] counts)
    {
        var offsets = new long[counts.Length + 1];
        for (var feature = 0; feature < counts.Length; feature++)
        {
            offsets[feature + 1] = offsets[feature] + counts[feature];
        }

        return offsets;
    }

    private static List<(int First, int End)> Ranges(long[] offsets, long maxEntries)
    {
        var ranges = new List<(int First, int End)>();
        for (var first = 0; first < offsets.Length - 1; first = ranges[^1].End)
        {
            ranges.Add((first, RangeEnd(offsets, first, maxEntries)));
        }

        return ranges;
    }

    /// <summary>As many features as fit, at least one.</summary>
    private static int RangeEnd(long[] offsets, int first, long maxEntries)
    {
        var limit = offsets[first] + Math.Min(maxEntries, Array.MaxLength);
        var end = first + 1;
        while (end < offsets.Length - 1 && offsets[end + 1] <= limit)
        {
            end++;
        }

        return end;
    }
}
