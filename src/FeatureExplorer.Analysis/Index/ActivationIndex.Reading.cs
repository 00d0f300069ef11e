using System.Runtime.InteropServices;

namespace FeatureExplorer.Analysis.Index;

/// <summary>For those who go through the whole index: activations copied into memory that they give.</summary>
public sealed partial class ActivationIndex
{
    /// <summary>The same as <see cref="Values"/>, copied from the file.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="scratch">Room for them; is replaced by a larger array where it is too short.</param>
    internal ReadOnlySpan<Half> ReadValues(int feature, ref Half[] scratch)
    {
        var (first, count) = Range(feature);
        if (scratch.Length < count)
        {
            scratch = new Half[count + (count / 4)];
        }

        _file.Read(_layout.ValuesOffset + (first * sizeof(ushort)), scratch.AsSpan(0, count));
        return scratch.AsSpan(0, count);
    }

    /// <summary>Most entries that a feature can have from number <paramref name="entry"/> on at positions before <paramref name="to"/>.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="entry">An entry, counted from the feature's first, that lies at <paramref name="from"/> or after it.</param>
    /// <param name="from">First position.</param>
    /// <param name="to">After the last position; at most <see cref="Tokens"/>.</param>
    internal int MostEntries(int feature, int entry, long from, long to)
    {
        var count = Range(feature).Count;
        var end = _layout.IsWide ? Before(feature, to) : PageRange(feature, (int)((to - 1) >> IndexLayout.PageBits), count).End;
        return (int)Math.Min(to - from, end - entry);
    }

    /// <summary>Copies the entries described at <see cref="MostEntries"/> from the file.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="entry">As there.</param>
    /// <param name="from">As there.</param>
    /// <param name="to">As there.</param>
    /// <param name="tokens">[<see cref="MostEntries"/>] receives positions, counted from <paramref name="from"/>, ascending.</param>
    /// <param name="values">[<see cref="MostEntries"/>] receives their activations.</param>
    /// <returns>How many there are.</returns>
    internal int ReadEntries(int feature, int entry, long from, long to, Span<int> tokens, Span<Half> values)
    {
        var (first, count) = Range(feature);
        if (_layout.IsWide)
        {
            for (var at = 0; at < tokens.Length; at++)
            {
                tokens[at] = (int)(Positions(feature)[entry + at] - from);
            }
        }
        else
        {
            // Into the upper half of the room: each is read there before its own four bytes are written.
            var low = MemoryMarshal.Cast<int, ushort>(tokens)[tokens.Length..];
            _file.ReadPiece(_layout.PositionsOffset + ((first + entry) * sizeof(ushort)), low);
            var read = 0;
            for (var page = from >> IndexLayout.PageBits; read < low.Length; page++)
            {
                var start = (page << IndexLayout.PageBits) - from;
                var end = Math.Min(PageRange(feature, (int)page, count).End - entry, low.Length);
                for (; read < end; read++)
                {
                    tokens[read] = (int)(start + low[read]);
                }
            }

            var past = tokens.BinarySearch((int)(to - from));
            tokens = tokens[..(past < 0 ? ~past : past)];
        }

        _file.ReadPiece(_layout.ValuesOffset + ((first + entry) * sizeof(ushort)), values[..tokens.Length]);
        return tokens.Length;
    }
}
