using System.IO.MemoryMappedFiles;

namespace FeatureExplorer.Analysis.Index;

/// <summary>A whole file mapped for reading. A file may be larger than 2 GB, hence a pointer.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private MemoryMappedFile? _file;
    private MemoryMappedViewAccessor? _view;

    /// <param name="path">An existing file.</param>
    public MappedFile(string path)
    {
        Length = new FileInfo(path).Length;
        if (Length == 0)
        {
            return;
        }

        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Pointer = start;
    }

    /// <summary>The first byte; null for an empty file and after <see cref="Dispose"/>.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    public void Dispose()
    {
        if (Pointer is not null)
        {
            Pointer = null;
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _file?.Dispose();
        (_view, _file) = (null, null);
    }
}
