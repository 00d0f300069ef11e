using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>The tensors of a model, which may lie in several files. It keeps count of what was read: what is left over is not of the architecture.</summary>
internal sealed unsafe class TensorSet : IDisposable
{
    private readonly List<TensorFile> _files = [];
    private readonly Dictionary<string, TensorFile> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    private TensorSet(string path) => Path = path;

    /// <summary>What was opened, for messages.</summary>
    public string Path { get; }

    /// <summary>What stands before all names of the architecture, such as "transformer.".</summary>
    public string Prefix { get; set; } = string.Empty;

    /// <summary>What is unusual about the files, in sentences.</summary>
    public IEnumerable<string> Notes => _files.SelectMany(static file => file.Notes).Distinct();

    /// <summary>Numbers and texts that the files hold beside tensors.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Values => _files.SelectMany(static file => file.Values);

    public IEnumerable<string> Names => _byName.Keys;

    /// <summary>Tensors that nothing has read, with their whole names.</summary>
    public IEnumerable<string> Unread => _byName.Keys.Where(name => !_read.Contains(name)).Order(StringComparer.Ordinal);

    /// <summary>Opens one file.</summary>
    public static TensorSet OpenFile(string file) => Open(file, [file]);

    /// <summary>Opens the weights of a Hugging Face folder: model.safetensors, pytorch_model.bin, or the pieces that their index lists.</summary>
    /// <exception cref="InvalidDataException">There are none, or a piece is missing; the message names it.</exception>
    public static TensorSet OpenFolder(string folder)
    {
        foreach (var name in (string[])["model.safetensors", "pytorch_model.bin"])
        {
            var (file, index) = (System.IO.Path.Combine(folder, name), System.IO.Path.Combine(folder, name + ".index.json"));
            if (File.Exists(file))
            {
                return OpenFile(file);
            }

            if (File.Exists(index))
            {
                return Open(folder, Pieces(folder, index));
            }
        }

        throw new InvalidDataException($"{folder} holds no weights: it has neither model.safetensors, nor pytorch_model.bin, nor an index of their pieces (model.safetensors.index.json).");
    }

    public bool Contains(string name) => _byName.ContainsKey(Prefix + name);

    /// <summary>Shape of a tensor.</summary>
    public IReadOnlyList<long> Shape(string name) => FileOf(name).Info(Prefix + name).Shape;

    /// <summary>Reads a tensor of the given shape in the order of its indices.</summary>
    public void Read(string name, float* target, params long[] shape) => FileOf(name).Read(Prefix + name, target, shape);

    /// <summary>Reads a matrix turned about: it lies in the file as [columns, rows].</summary>
    public void ReadTransposed(string name, float* target, long rows, long columns) => FileOf(name).ReadTransposed(Prefix + name, target, rows, columns);

    /// <summary>Counts a tensor as known, though nothing reads it.</summary>
    public void Skip(Func<string, bool> known) => _read.UnionWith(_byName.Keys.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && known(name[Prefix.Length..])));

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private TensorFile FileOf(string name)
    {
        _read.Add(Prefix + name);
        return _byName.TryGetValue(Prefix + name, out var file)
            ? file
            : throw new InvalidDataException($"{Path} has no tensor {Prefix}{name}; it has {string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal).Take(8))}, ...");
    }

    private static TensorSet Open(string path, IEnumerable<string> files)
    {
        var set = new TensorSet(path);
        try
        {
            foreach (var name in files)
            {
                var file = TensorFile.Open(name);
                set._files.Add(file);
                foreach (var tensor in file.Tensors)
                {
                    if (!set._byName.TryAdd(tensor.Name, file))
                    {
                        throw new InvalidDataException($"{name} has a tensor {tensor.Name} that {set._byName[tensor.Name].FilePath} has, too.");
                    }
                }
            }

            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    private static List<string> Pieces(string folder, string index)
    {
        var map = ForeignJson.Read(index).Object("weight_map") ?? throw new InvalidDataException($"{index} has no weight_map that names a file for each tensor.");
        var pieces = new List<string>();
        foreach (var name in map.Texts().Distinct())
        {
            var file = System.IO.Path.Combine(folder, name);
            if (name.Length == 0 || System.IO.Path.GetFileName(name) != name || !File.Exists(file))
            {
                throw new InvalidDataException($"{index} names the file \"{name}\", which is not in {folder}: copy all pieces of the weights there.");
            }

            pieces.Add(file);
        }

        return pieces;
    }
}
