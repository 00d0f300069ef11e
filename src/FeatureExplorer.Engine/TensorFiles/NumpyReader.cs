using FeatureExplorer.Engine.TensorFiles.Zip;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>NumPy's arrays: one in an <c>.npy</c> file, several in the zip file <c>.npz</c>, whose entries are such files.</summary>
internal static class NumpyReader
{
    private const string Suffix = ".npy";

    public static TensorContents ReadArray(string path, ByteRegion file)
    {
        var notes = new List<string>();
        return new TensorContents { Format = TensorFileFormat.Npy, Tensors = [Place("array", path, file, notes)], Notes = notes };
    }

    public static TensorContents ReadArchive(string path, ZipArchiveFile zip)
    {
        var (tensors, notes) = (new List<PlacedTensor>(), new List<string>());
        foreach (var entry in zip.Entries)
        {
            if (entry.Name.EndsWith(Suffix, StringComparison.Ordinal))
            {
                var region = zip.Region(entry);
                tensors.Add(Place(entry.Name[..^Suffix.Length], $"{path}: the entry {entry.Name}", region, notes));
                region.Release();
            }
            else
            {
                notes.Add($"The entry {entry.Name} of {path} is no NumPy array; it is left out.");
            }
        }

        return new TensorContents { Format = TensorFileFormat.Npz, Tensors = tensors, Notes = notes };
    }

    private static PlacedTensor Place(string tensor, string name, ByteRegion region, List<string> notes)
    {
        var header = NumpyHeader.Read(region, name);
        var stored = new StoredTensor(tensor, header.Type, header.Shape);
        var needed = checked(header.Bytes + (stored.Length * ElementConversion.Bytes(header.Type)));
        if (region.Length < needed)
        {
            throw new InvalidDataException($"{name} is cut off: {stored.ShapeText} needs {needed} bytes, there are {region.Length}. Copy or download it again.");
        }

        if (region.Length > needed)
        {
            notes.Add($"{name} has {region.Length - needed} bytes after its last element; they are left out.");
        }

        var strides = header.ColumnMajor ? PlacedTensor.RowMajor([.. header.Shape.Reverse()]).Reverse().ToArray() : PlacedTensor.RowMajor(header.Shape);
        return new PlacedTensor(stored, region, header.Bytes, strides) { BigEndian = header.BigEndian };
    }
}
