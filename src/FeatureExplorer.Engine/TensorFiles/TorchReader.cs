using System.Text;
using FeatureExplorer.Engine.TensorFiles.Pickle;
using FeatureExplorer.Engine.TensorFiles.Zip;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>
/// A zip file of <c>torch.save</c> (PyTorch since 1.6): one folder with <c>data.pkl</c>, a pickle of protocol 2, <c>data/KEY</c>, the raw storages, and <c>byteorder</c>. Nested dictionaries
/// and lists become one list of tensors and values whose names are the keys, joined by full stops.
/// </summary>
internal sealed class TorchReader
{
    private const string PickleName = "data.pkl";
    private const long LargestPickle = 64L << 20;
    private const int Deepest = 32;
    private const int MostNames = 1_000_000;
    private const int LongestText = 100_000;

    private readonly string _path;
    private readonly ZipArchiveFile _zip;
    private readonly string _folder;
    private readonly bool _bigEndian;
    private readonly Dictionary<string, ByteRegion> _storages = new(StringComparer.Ordinal);
    private readonly List<PlacedTensor> _tensors = [];
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private TorchReader(string path, ZipArchiveFile zip, ZipEntry pickle)
    {
        (_path, _zip) = (path, zip);
        _folder = pickle.Name[..^PickleName.Length];
        _bigEndian = zip.Find(_folder + "byteorder") is { } order && Encoding.ASCII.GetString(zip.Content(order, 16)).Trim() switch
        {
            "little" => false,
            "big" => true,
            var other => throw new InvalidDataException($"{path}: its byteorder is \"{other}\"; little or big is needed."),
        };
    }

    /// <summary>The entry of a zip file that makes it one of PyTorch's; null where there is none.</summary>
    public static ZipEntry? PickleOf(ZipArchiveFile zip) =>
        zip.Entries.FirstOrDefault(static entry => entry.Name == PickleName || (entry.Name.EndsWith("/" + PickleName, StringComparison.Ordinal) && entry.Name.Count(static c => c == '/') == 1));

    /// <exception cref="InvalidDataException">It is damaged, or holds more than tensors, texts and numbers.</exception>
    public static TensorContents Read(string path, ZipArchiveFile zip, ZipEntry pickle)
    {
        if (zip.Entries.Any(static entry => entry.Name.EndsWith("/constants.pkl", StringComparison.Ordinal) || entry.Name.Contains("/code/", StringComparison.Ordinal)))
        {
            throw new InvalidDataException($"{path} is a TorchScript program, which holds code. Load it in PyTorch and save the tensors alone: torch.save(model.state_dict(), file).");
        }

        var reader = new TorchReader(path, zip, pickle);
        try
        {
            reader.Collect(PickleReader.Read(zip.Content(pickle, LargestPickle)), string.Empty, 0);
        }
        catch (PickleException exception)
        {
            throw new InvalidDataException($"{path} cannot be read: {exception.Message}.", exception);
        }

        return new TensorContents { Format = TensorFileFormat.Torch, Tensors = reader._tensors, Values = reader._values };
    }

    private void Collect(object? value, string name, int depth)
    {
        if (depth > Deepest || _names.Count > MostNames)
        {
            throw new PickleException(depth > Deepest ? $"its dictionaries lie more than {Deepest} deep in each other" : $"it holds more than {MostNames} values");
        }

        switch (value)
        {
            case TorchTensor tensor:
                Add(tensor, Unique(name.Length == 0 ? "tensor" : name));
                break;
            case PickleDictionary dictionary:
                Collect(dictionary, name, depth);
                break;
            case PickleObject record:
                Collect(record.Fields, name, depth);
                break;
            case IList<object?> items: // lists and tuples
                for (var i = 0; i < items.Count; i++)
                {
                    Collect(items[i], Below(name, i), depth + 1);
                }

                break;
            default:
                _values[Unique(name)] = value is string { Length: > LongestText } text ? text[..LongestText] : value;
                break;
        }
    }

    private void Collect(PickleDictionary dictionary, string name, int depth)
    {
        foreach (var (key, value) in dictionary.Entries)
        {
            Collect(value, Below(name, key), depth + 1);
        }
    }

    private string Unique(string name) => _names.Add(name) ? name : throw new PickleException($"two of its values have the name {name}");

    private static string Below(string name, object key) => name.Length == 0 ? FormattableString.Invariant($"{key}") : FormattableString.Invariant($"{name}.{key}");

    private void Add(TorchTensor tensor, string name)
    {
        var storage = tensor.Storage;
        var size = ElementConversion.Bytes(storage.Type);
        if (!_storages.TryGetValue(storage.Key, out var region))
        {
            var entry = _zip.Find($"{_folder}data/{storage.Key}") ?? throw new PickleException($"the elements of {name}, the entry {_folder}data/{storage.Key}, are missing");
            _storages.Add(storage.Key, region = _zip.Region(entry));
        }

        if (region.Length / size < storage.Count)
        {
            throw new PickleException($"the entry {_folder}data/{storage.Key} of {name} has {region.Length} bytes where {storage.Count} elements of {size} bytes are needed");
        }

        _tensors.Add(new PlacedTensor(new StoredTensor(name, storage.Type, tensor.Shape), region, checked(tensor.Offset * size), tensor.Strides) { BigEndian = _bigEndian });
    }
}
