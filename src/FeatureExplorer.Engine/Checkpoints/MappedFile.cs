using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>A whole file mapped into memory for reading; may be larger than 2 GB.</summary>
public sealed unsafe partial class MappedFile : IDisposable
{
    private const int DontNeed = 4;

    // Holds no file that nobody else holds.
    private static readonly ConditionalWeakTable<MappedFile, MemoryMappedViewAccessor> Open = [];

    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _pointer;

    /// <param name="path">An existing file.</param>
    public MappedFile(string path)
    {
        _handle = File.OpenHandle(path);
        try
        {
            Length = RandomAccess.GetLength(_handle);
            if (Length == 0)
            {
                return; // an empty file cannot be mapped
            }

            _file = MemoryMappedFile.CreateFromFile(_handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }
        catch
        {
            _file?.Dispose();
            _handle.Dispose();
            throw;
        }

        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
        _pointer += _view.PointerOffset;
        Open.Add(this, _view);
    }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>The first byte; null for an empty file and after <see cref="Dispose"/>.</summary>
    public byte* Pointer => _pointer;

    /// <summary>Items of type T from a byte offset on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not all lie within the file.</exception>
    public ReadOnlySpan<T> Items<T>(long offset, int count)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_pointer is null && Length > 0, this);
        if (offset < 0 || count < 0 || offset > Length - ((long)count * sizeof(T)))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"{count} items from byte {offset} on do not lie within {Length} bytes");
        }

        return new ReadOnlySpan<T>(_pointer + offset, count);
    }

    /// <summary>
    /// Copies items of type T from a byte offset on by reading the file, so that none of it comes into the process's memory but the copy: for whoever goes
    /// through a whole large file.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not all lie within the file.</exception>
    /// <exception cref="EndOfStreamException">The file has been cut off since it was opened.</exception>
    public void Read<T>(long offset, Span<T> items)
        where T : unmanaged
    {
        if (offset < 0 || offset > Length - ((long)items.Length * sizeof(T)))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"{items.Length} items from byte {offset} on do not lie within {Length} bytes");
        }

        var bytes = MemoryMarshal.AsBytes(items);
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(_handle, bytes[done..], offset + done);
            if (read == 0)
            {
                throw new EndOfStreamException($"A file of {Length} bytes ends at byte {offset + done}: it was cut off while it was read.");
            }

            done += read;
        }
    }

    /// <summary>
    /// Takes the pages of all mapped files out of the process's memory, where the operating system can (Linux); nothing is lost, they come back from
    /// its cache when they are read. Safe while files are read, opened and disposed.
    /// </summary>
    public static void ForgetAll()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        foreach (var (file, view) in Open)
        {
            Forget(view, file.Length);
        }
    }

    public void Dispose()
    {
        if (_pointer is not null)
        {
            Open.Remove(this);
            _pointer = null;
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _file?.Dispose();
        _handle.Dispose();
    }

    private static void Forget(MemoryMappedViewAccessor view, long length)
    {
        byte* first = null;
        try
        {
            // The view cannot be taken away while it is held so: its addresses might be somebody else's memory by then.
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref first);
            // An advice: that it was not taken does no harm.
            _ = Advise(first + view.PointerOffset, (nuint)length, DontNeed);
        }
        catch (ObjectDisposedException)
        {
            // Its pages are gone with it.
        }
        finally
        {
            if (first is not null)
            {
                view.SafeMemoryMappedViewHandle.ReleasePointer();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
