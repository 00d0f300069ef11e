using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Storage.Folder;

/// <summary>The one folder that holds everything: database, corpora, models, dictionaries.</summary>
public sealed class DataFolder
{
    /// <summary>Names the folder and makes it where it is missing.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public DataFolder(string root)
    {
        Root = Path.GetFullPath(root);
        try
        {
            if (!Directory.Exists(Root))
            {
                Make(Root);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(DataFault.Sentence(exception, Root), exception);
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

    /// <summary>Files of models and dictionaries that somebody has sent or fetched, before they are imported: a folder each.</summary>
    public string Imports => Path.Combine(Root, "imports");

    /// <summary>Where the context files of a corpus lie.</summary>
    public string Contexts(string hash) => Path.Combine(Corpus(hash), "contexts");

    /// <summary>Where the reports of tests against a planted truth lie.</summary>
    public string Synthetic => Path.Combine(Root, "synthetic");

    /// <summary>Where the models lie.</summary>
    public string Models => Path.Combine(Root, "models");

    /// <summary>Where the dictionaries of a model lie.</summary>
    public string Dictionaries(string model) => Path.Combine(Root, "dictionaries", model);

    /// <summary>Weights, configuration and tokenizer of a model.</summary>
    /// <param name="name">Name of its folder.</param>
    public string Model(string name) => Path.Combine(Models, name);

    /// <summary>Weights, configuration and tokenizer of a model.</summary>
    public string Model(ModelInfo model) => Model(model.Folder ?? model.Name);

    /// <summary>Weights, configuration and tokenizer of the model that a dictionary reads.</summary>
    public string Model(DictionaryDraft dictionary) => Model(dictionary.ModelFolder ?? dictionary.Model);

    /// <summary>Tokenizer of a model.</summary>
    public string Tokenizer(string model) => Path.Combine(Model(model), "tokenizer.json");

    /// <summary>Tokenizer of the model that a dictionary reads.</summary>
    public string Tokenizer(DictionaryDraft dictionary) => Tokenizer(dictionary.ModelFolder ?? dictionary.Model);

    /// <summary>The state of dictionaries of a model that are in training together.</summary>
    /// <param name="model">Name of its folder.</param>
    /// <param name="training">What tells it from other trainings, which may have been stopped half-way.</param>
    public string DictionaryTraining(string model, string training) => Path.Combine(Model(model), $"dictionaries-{training}.training.safetensors");

    /// <summary>The state of dictionaries in training as earlier versions named it, whichever they were.</summary>
    public string DictionaryTraining(string model) => Path.Combine(Model(model), "dictionaries.training.safetensors");

    /// <summary>Weights of a dictionary and its index.</summary>
    public string Dictionary(string model, string name) => Path.Combine(Dictionaries(model), name);

    /// <summary>Weights of a dictionary and its index.</summary>
    public string Dictionary(DictionaryDraft dictionary) => Dictionary(dictionary.Model, dictionary.Folder ?? dictionary.Name);

    /// <summary>Contexts over the first held-out tokens only, for dictionaries in training.</summary>
    public string FormingContexts(string hash, long tokens) => Path.Combine(Corpus(hash), $"contexts-{tokens}");

    /// <summary>Files of a dictionary in training that go when it is finished.</summary>
    public string Forming(string model, string name) => Path.Combine(Dictionary(model, name), "forming");

    /// <summary>How the features of a dictionary came to be.</summary>
    public string Formation(string model, string name) => Path.Combine(Dictionary(model, name), "formation.safetensors");

    /// <summary>The index behind the published features of a dictionary, finished or in training.</summary>
    public string Index(DictionaryDraft dictionary)
    {
        var name = dictionary.Folder ?? dictionary.Name;
        return dictionary.Forming is null ? Index(dictionary.Model, name) : Path.Combine(Forming(dictionary.Model, name), "index.bin");
    }

    /// <summary>The contexts that belong to <see cref="Index(DictionaryDraft)"/>.</summary>
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
