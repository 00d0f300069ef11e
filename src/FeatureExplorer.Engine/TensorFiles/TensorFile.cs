using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.TensorFiles.Zip;
using Microsoft.Win32.SafeHandles;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>
/// A file of named tensors, as other tools write them: safetensors, PyTorch's zip files, NumPy's arrays; what it is decides its content, not its name. Opening it reads no tensor, and runs
/// nothing that the file says. Values are given as single precision in the order of their indices, whatever their type and strides are in the file.
/// </summary>
public sealed partial class TensorFile : IDisposable
{
    private const int NamesShown = 12;

    private readonly Dictionary<string, PlacedTensor> _tensors;
    private readonly IDisposable _source;

    private TensorFile(string path, IDisposable source, TensorContents contents)
    {
        (FilePath, _source, Format, Values, Notes) = (path, source, contents.Format, contents.Values, contents.Notes);
        _tensors = contents.Tensors.ToDictionary(static tensor => tensor.Tensor.Name, StringComparer.Ordinal);
        Tensors = [.. contents.Tensors.Select(static tensor => tensor.Tensor)];
    }

    public string FilePath { get; }

    public TensorFileFormat Format { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>
    /// What the file holds beside tensors, by names like theirs: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/> or <see cref="string"/>. Of safetensors, the texts under
    /// <c>__metadata__</c>.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Values { get; }

    /// <summary>What is unusual about the file and read all the same, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Opens a file; see <see cref="StoredTensor"/> for the names that its tensors get.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or none of these kinds, or a pickle in it holds more than tensors, texts and numbers; the message names the file and a remedy.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TensorFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = File.OpenHandle(path);
        try
        {
            var length = RandomAccess.GetLength(file);
            var start = new byte[Math.Min(ForeignContent.Enough, length)];
            new FileRegion(path, file, 0, length).Read(0, start);
            if (start.AsSpan().StartsWith("PK\x03\x04"u8) || start.AsSpan().StartsWith("PK\x05\x06"u8))
            {
                return OpenZip(path, file, length);
            }

            if (NumpyHeader.Begins(start))
            {
                return new TensorFile(path, file, NumpyReader.ReadArray(path, new FileRegion(path, file, 0, length)));
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return OpenSafetensors(path);
    }

    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>A tensor, or null.</summary>
    public StoredTensor? Find(string name) => _tensors.GetValueOrDefault(name)?.Tensor;

    /// <exception cref="InvalidDataException">The file has no such tensor.</exception>
    public StoredTensor Info(string name) => Placed(name).Tensor;

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Bytes.Dispose();
        }

        _source.Dispose();
    }

    private PlacedTensor Placed(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new InvalidDataException($"{FilePath} has no tensor {name}; it has {string.Join(", ", _tensors.Keys.Take(NamesShown))}{(_tensors.Count > NamesShown ? ", ..." : string.Empty)}.");

    private static TensorFile OpenZip(string path, SafeFileHandle file, long length)
    {
        var zip = new ZipArchiveFile(path, file, length);
        var contents = TorchReader.PickleOf(zip) is { } pickle ? TorchReader.Read(path, zip, pickle)
            : zip.Entries.Any(static entry => entry.Name.EndsWith(".npy", StringComparison.Ordinal)) ? NumpyReader.ReadArchive(path, zip)
            : throw new InvalidDataException($"{path} is a zip file with neither PyTorch's data.pkl nor NumPy's arrays. Unpack it, and name one of the files in it.");
        return new TensorFile(path, file, contents);
    }

    private static TensorFile OpenSafetensors(string path)
    {
        var file = new SafetensorsFile(path);
        try
        {
            return new TensorFile(path, file, SafetensorsReader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
