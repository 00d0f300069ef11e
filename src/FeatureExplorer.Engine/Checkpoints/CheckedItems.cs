using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>Items of one type that lie end to end in a <see cref="CheckedFile"/>, for reading one by one, best in ascending order: the block read last is at hand.</summary>
/// <param name="file">The file.</param>
/// <param name="offset">Where the first lies; a multiple of their size.</param>
/// <param name="count">How many there are.</param>
public ref struct CheckedItems<T>(CheckedFile file, long offset, long count)
    where T : unmanaged
{
    private ReadOnlySpan<byte> _block;
    private long _start;

    /// <summary>One item.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many.</exception>
    /// <exception cref="DamagedFileException">Its block is not what was written.</exception>
    public T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var within = offset + (index * Unsafe.SizeOf<T>()) - _start;
            if ((ulong)index >= (ulong)count || (ulong)within >= (ulong)_block.Length)
            {
                within = Move(index);
            }

            return Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref MemoryMarshal.GetReference(_block), (nint)within));
        }
    }

    private long Move(long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)index, (ulong)count, nameof(index));
        var at = offset + (index * Unsafe.SizeOf<T>());
        var number = (int)(at >> BlockChecksums.BlockBits);
        _block = file.Block(number);
        _start = (long)number << BlockChecksums.BlockBits;
        return at - _start;
    }
}
