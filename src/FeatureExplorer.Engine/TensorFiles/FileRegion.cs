using Microsoft.Win32.SafeHandles;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>Bytes that lie in the file as they are. They are read, not mapped: a file that shrinks meanwhile gives an exception and not the end of the process.</summary>
internal sealed class FileRegion(string path, SafeFileHandle file, long start, long length) : ByteRegion(path, length)
{
    public override void Read(long offset, Span<byte> bytes)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(file, bytes[done..], start + offset + done);
            done += read > 0 ? read : throw new InvalidDataException($"{FilePath} ends at byte {start + offset + done}, inside a tensor: it was cut off. Copy or download it again.");
        }
    }
}
