namespace FeatureExplorer.Storage;

/// <summary>The one folder that holds everything: database, corpora, models, dictionaries.</summary>
public sealed class DataFolder
{
    /// <summary>Names the folder and makes it where it is missing.</summary>
    public DataFolder(string root)
    {
        Root = Path.GetFullPath(root);
        if (!Directory.Exists(Root))
        {
            Make(Root);
        }
    }

    /// <summary>Full path.</summary>
    public string Root { get; }

    /// <summary>
    /// What an operator should know when others on the machine may look into the folder, or null. A folder that was there already keeps its mode: it may be shared
    /// on purpose, or not this program's alone.
    /// </summary>
    public string? Exposure()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var mode = File.GetUnixFileMode(Root);
        return (mode & others) == 0
            ? null
            : $"Other users of this machine may look into {Root} (mode {Convert.ToString((int)mode, 8)}), which holds the hashes of passwords: chmod 700 '{Root}' shuts it.";
    }

    public string Database => Path.Combine(Root, "featureexplorer.db");

    /// <summary>Tokens of a corpus, its tokenizer and its contexts.</summary>
    public string Corpus(string hash) => Path.Combine(Root, "corpora", hash);

    /// <summary>Files of a corpus that somebody has added, before they are tokenised.</summary>
    public string Source(string name) => Path.Combine(Root, "sources", name);

    /// <summary>Where the context files of a corpus lie.</summary>
    public string Contexts(string hash) => Path.Combine(Corpus(hash), "contexts");

    /// <summary>Weights, configuration and tokenizer of a model.</summary>
    public string Model(string name) => Path.Combine(Root, "models", name);

    /// <summary>Tokenizer of a model.</summary>
    public string Tokenizer(string model) => Path.Combine(Model(model), "tokenizer.json");

    /// <summary>The state of the dictionaries of a model that are in training.</summary>
    public string DictionaryTraining(string model) => Path.Combine(Model(model), "dictionaries.training.safetensors");

    /// <summary>Weights of a dictionary and its index.</summary>
    public string Dictionary(string model, string name) => Path.Combine(Root, "dictionaries", model, name);

    /// <summary>Contexts over the first held-out tokens only, for dictionaries in training.</summary>
    public string FormingContexts(string hash, long tokens) => Path.Combine(Corpus(hash), $"contexts-{tokens}");

    /// <summary>Files of a dictionary in training that go when it is finished.</summary>
    public string Forming(string model, string name) => Path.Combine(Dictionary(model, name), "forming");

    /// <summary>How the features of a dictionary came to be.</summary>
    public string Formation(string model, string name) => Path.Combine(Dictionary(model, name), "formation.safetensors");

    /// <summary>The index behind the published features of a dictionary, finished or in training.</summary>
    public string Index(DictionaryInfo dictionary) =>
        dictionary.Forming is null ? Index(dictionary.Model, dictionary.Name) : Path.Combine(Forming(dictionary.Model, dictionary.Name), "index.bin");

    /// <summary>The contexts that belong to <see cref="Index(DictionaryInfo)"/>.</summary>
    public string Contexts(DictionaryInfo dictionary) => dictionary.Forming is null
        ? Contexts(dictionary.Provenance.CorpusHash)
        : FormingContexts(dictionary.Provenance.CorpusHash, dictionary.Index.Tokens);

    /// <summary>Activation index of a dictionary.</summary>
    public string Index(string model, string name) => Path.Combine(Dictionary(model, name), "index.bin");

    // For its owner alone: the database holds the hashes of passwords. Folders above it are as everywhere.
    private static void Make(string root)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(root);
            return;
        }

        if (Path.GetDirectoryName(root) is { } above)
        {
            Directory.CreateDirectory(above);
        }

        Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
