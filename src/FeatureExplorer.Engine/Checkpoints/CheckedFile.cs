using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>
/// A file that is read in blocks of 64 KiB, each compared with its checksum before anything of it is used (see <see cref="BlockChecksums"/>). Blocks read last are
/// kept in a pool that all files share, so that a file of any size takes little memory. What a reader holds is a copy: whatever happens to the file afterwards, a
/// reader has what was written or an exception. Safe for concurrent readers.
/// </summary>
public sealed class CheckedFile : IDisposable
{
    private const int BlockBits = BlockChecksums.BlockBits;
    private const int WithinBlock = BlockChecksums.BlockBytes - 1;
    private const int Tries = 5;

    private readonly SafeFileHandle _handle;
    private readonly BlockChecksums? _checksums;
    private readonly byte[]?[] _blocks;
    private readonly bool[] _touched;
    private readonly bool[] _compared;
    private readonly DateTime _changed;

    private CheckedFile(string path, SafeFileHandle handle, long length, BlockChecksums? checksums)
    {
        FilePath = path;
        Length = length;
        (_handle, _checksums) = (handle, checksums);
        _blocks = new byte[]?[BlockChecksums.BlocksOf(length)];
        _touched = new bool[_blocks.Length];
        _compared = new bool[_blocks.Length];
        _changed = File.GetLastWriteTimeUtc(handle);
    }

    public string FilePath { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>False for a file without checksums, which is read as it is.</summary>
    public bool HasChecksums => _checksums is not null;

    /// <summary>True after <see cref="Dispose"/>.</summary>
    public bool IsClosed => _handle.IsClosed;

    internal int Blocks => _blocks.Length;

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="DamagedFileException">It has another length than its checksums say, or is gone while they are there.</exception>
    public static CheckedFile Open(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            var handle = OpenOrTell(path);
            try
            {
                var length = RandomAccess.GetLength(handle);
                var checksums = BlockChecksums.Read(path);
                // A file that was replaced in between has the checksums of the other.
                if (attempt < Tries && (File.GetLastWriteTimeUtc(handle) != File.GetLastWriteTimeUtc(path)))
                {
                    handle.Dispose();
                    continue;
                }

                return checksums is null || checksums.Length == length
                    ? new CheckedFile(path, handle, length, checksums)
                    : throw DamagedFiles.Found(path, $"it has {length} bytes instead of {checksums.Length}");
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
    }

    private static SafeFileHandle OpenOrTell(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException && File.Exists(BlockChecksums.FileOf(path)))
        {
            throw DamagedFiles.Found(path, "it is missing", exception);
        }
    }

    /// <summary>One item at a byte offset that is a multiple of its size.</summary>
    public T Item<T>(long offset)
        where T : unmanaged
    {
        if ((ulong)offset > (ulong)(Length - Unsafe.SizeOf<T>()) || Length < Unsafe.SizeOf<T>())
        {
            CheckRange<T>(offset, 1);
        }

        return Unsafe.ReadUnaligned<T>(ref Block((int)(offset >> BlockBits))[(int)offset & WithinBlock]);
    }

    /// <summary>Items from a byte offset on that is a multiple of their size; without a copy where they lie in one block.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not all lie within the file.</exception>
    /// <exception cref="DamagedFileException">A block of the file is not what was written.</exception>
    public ReadOnlySpan<T> Items<T>(long offset, int count)
        where T : unmanaged
    {
        CheckRange<T>(offset, count);
        var bytes = (long)count * Unsafe.SizeOf<T>();
        if (count > 0 && offset >> BlockBits == (offset + bytes - 1) >> BlockBits)
        {
            return MemoryMarshal.Cast<byte, T>(Block((int)(offset >> BlockBits)).AsSpan((int)(offset & WithinBlock), (int)bytes));
        }

        var items = new T[count];
        Read(offset, items.AsSpan());
        return items;
    }

    /// <summary>Copies items from a byte offset on; whole blocks come from the file without going through the pool.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not all lie within the file.</exception>
    /// <exception cref="DamagedFileException">A block of the file is not what was written.</exception>
    public void Read<T>(long offset, Span<T> items)
        where T : unmanaged
    {
        CheckRange<T>(offset, items.Length);
        for (var bytes = MemoryMarshal.AsBytes(items); bytes.Length > 0;)
        {
            var (number, within) = ((int)(offset >> BlockBits), (int)(offset & WithinBlock));
            var count = Math.Min(bytes.Length, BlockChecksums.BytesOf(Length, number) - within);
            if (count == BlockChecksums.BytesOf(Length, number) && Volatile.Read(ref _blocks[number]) is null)
            {
                Fetch(number, bytes[..count]);
            }
            else
            {
                Block(number).AsSpan(within, count).CopyTo(bytes);
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    /// <summary>
    /// The same in many small pieces, for whoever goes through a file that is larger than the pool from many places at once: a block that has been compared since the file
    /// was opened is not read as a whole again, as long as the file's time is the same.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not all lie within the file.</exception>
    /// <exception cref="DamagedFileException">A block of the file is not what was written.</exception>
    public void ReadPiece<T>(long offset, Span<T> items)
        where T : unmanaged
    {
        CheckRange<T>(offset, items.Length);
        for (var bytes = MemoryMarshal.AsBytes(items); bytes.Length > 0;)
        {
            var (number, within) = ((int)(offset >> BlockBits), (int)(offset & WithinBlock));
            var count = Math.Min(bytes.Length, BlockChecksums.BytesOf(Length, number) - within);
            if (!_compared[number] || Volatile.Read(ref _blocks[number]) is not null || !ReadUnchanged(offset, bytes[..count]))
            {
                Block(number).AsSpan(within, count).CopyTo(bytes);
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    public void Dispose()
    {
        _handle.Dispose();
        Array.Clear(_blocks);
    }

    /// <summary>A block as it was written.</summary>
    internal byte[] Block(int number)
    {
        if (Volatile.Read(ref _blocks[number]) is not { } block)
        {
            return Load(number);
        }

        if (!_touched[number])
        {
            _touched[number] = true;
        }

        return block;
    }

    /// <summary>Reads a block into memory of the caller and compares it with its checksum.</summary>
    internal void Fetch(int number, Span<byte> bytes)
    {
        ReadExactly((long)number << BlockBits, bytes);
        if (_checksums?.Matches(number, bytes) == false)
        {
            throw DamagedFiles.Found(FilePath, $"its bytes from {(long)number << BlockBits} on are not those that were written");
        }

        _compared[number] = true;
    }

    /// <summary>Takes a block out of memory, unless it was used since this was last asked.</summary>
    internal bool Forget(int number)
    {
        if (_touched[number] && !IsClosed)
        {
            _touched[number] = false;
            return false;
        }

        Volatile.Write(ref _blocks[number], null);
        return true;
    }

    private byte[] Load(int number)
    {
        var block = GC.AllocateUninitializedArray<byte>(BlockChecksums.BytesOf(Length, number));
        Fetch(number, block);
        if (Interlocked.CompareExchange(ref _blocks[number], block, null) is { } other)
        {
            return other;
        }

        BlockPool.Add(this, number, block.Length);
        return block;
    }

    /// <summary>False when the file has been written to since it was opened: what was read may be anything.</summary>
    private bool ReadUnchanged(long offset, Span<byte> bytes)
    {
        ReadExactly(offset, bytes);
        return File.GetLastWriteTimeUtc(_handle) == _changed;
    }

    private void ReadExactly(long offset, Span<byte> bytes)
    {
        try
        {
            for (var done = 0; done < bytes.Length;)
            {
                var read = RandomAccess.Read(_handle, bytes[done..], offset + done);
                if (read == 0)
                {
                    throw DamagedFiles.Found(FilePath, $"it ends at byte {offset + done} of {Length}: it was cut off while it was in use");
                }

                done += read;
            }
        }
        catch (IOException exception) when (exception is not DamagedFileException)
        {
            throw DamagedFiles.Found(FilePath, $"it cannot be read: {exception.Message}", exception);
        }
    }

    private void CheckRange<T>(long offset, int count)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (offset < 0 || count < 0 || offset > Length - ((long)count * Unsafe.SizeOf<T>()))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"{count} items from byte {offset} on do not lie within {Length} bytes");
        }
    }
}
