using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>The files that an import is given: one file of weights, the folder that it lies in, and the configurations beside it.</summary>
internal sealed class ForeignSource : IDisposable
{
    // In this order, where a folder has several: the weights, not the state of a training.
    private static readonly string[] Usual =
    [
        "sae_weights.safetensors", "sae.safetensors", "params.safetensors", "params.npz", "ae.pt", "checkpoints/final.safetensors", "model.safetensors", "autoencoder.pt",
    ];

    private static readonly string[] Beside = ["sparsity.safetensors", "activations_store_state.safetensors", "trainer_state.pt", "state.pt"];

    private static readonly string[] Endings = [".safetensors", ".npz", ".pt", ".pth", ".bin"];

    // What an activation index of ours begins with; a folder of neurons holds one, and no weights.
    private static ReadOnlySpan<byte> IndexMagic => "FEXINDEX"u8;

    private readonly Dictionary<string, ForeignJson?> _configs = new(StringComparer.Ordinal);

    private ForeignSource(string folder, TensorFile weights)
    {
        (Folder, Weights) = (folder, weights);
        Notes.AddRange(weights.Notes);
    }

    /// <summary>The folder of the dictionary, in full.</summary>
    public string Folder { get; }

    /// <summary>The weights.</summary>
    public TensorFile Weights { get; }

    /// <summary>What is found, assumed or changed on the way, in sentences.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Opens a file of weights, or the one that a folder has.</summary>
    /// <exception cref="IOException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">The folder has none, or several of which none has a usual name; or the file cannot be read.</exception>
    public static ForeignSource Open(string path)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            ForeignJson.Refuse(path, "dictionary");
            return new ForeignSource(FolderOf(full), TensorFile.Open(full));
        }

        if (Directory.Exists(full) && Directory.EnumerateDirectories(full, "*.dcp").FirstOrDefault() is { } distributed && Candidate(full) is null)
        {
            throw new InvalidDataException($"{distributed} is a checkpoint of several processes (PyTorch's distributed form). Load it with the library that wrote it and save it as one file of safetensors.");
        }

        return Directory.Exists(full)
            ? new ForeignSource(full, TensorFile.Open(Candidate(full) ?? throw new InvalidDataException($"{full} has no file of weights ({string.Join(", ", Usual)}, or one file that ends in {string.Join(", ", Endings)}): name the folder of one dictionary, or its file.")))
            : throw new FileNotFoundException($"There is no file or folder {path}: name the folder of a dictionary, or its file of weights.");
    }

    /// <summary>The file of weights of a folder; null where it has none, or none that is told from others.</summary>
    public static string? Candidate(string folder)
    {
        if (Usual.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } usual)
        {
            return usual;
        }

        var files = Directory.EnumerateFiles(folder).Where(static file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase) && !Beside.Contains(Path.GetFileName(file)) && !IsIndex(file)).Take(2).ToList();
        return files.Count == 1 ? files[0] : null;
    }

    /// <summary>Whether a folder has an activation index of ours.</summary>
    public static bool HasIndex(string folder) => Directory.EnumerateFiles(folder, "*.bin").Any(IsIndex);

    /// <summary>A configuration beside the weights; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public ForeignJson? Config(string name)
    {
        if (!_configs.TryGetValue(name, out var config))
        {
            var file = Path.Combine(Folder, name);
            _configs.Add(name, config = File.Exists(file) ? ForeignJson.Read(file) : null);
        }

        return config;
    }

    /// <summary>Whether the weights have all of these tensors.</summary>
    public bool Has(params ReadOnlySpan<string> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (!Weights.Contains(tensor))
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose() => Weights.Dispose();

    private static bool IsIndex(string file)
    {
        if (!file.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> head = stackalloc byte[IndexMagic.Length];
        using var stream = File.OpenRead(file);
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual(IndexMagic);
    }

    // Llama Scope keeps weights one folder below their configuration.
    private static string FolderOf(string file) => Path.GetDirectoryName(file)! is var folder && Path.GetFileName(folder) == "checkpoints" && File.Exists(Path.Combine(folder, "..", "hyperparams.json"))
        ? Path.GetDirectoryName(folder)!
        : folder;
}
