namespace FeatureExplorer.Storage;

/// <summary>The one folder that holds everything: database, corpora, models, dictionaries.</summary>
public sealed class DataFolder
{
    /// <summary>Names the folder and makes it where it is missing.</summary>
    public DataFolder(string root)
    {
        Root = Path.GetFullPath(root);
        Directory.CreateDirectory(Root);
    }

    /// <summary>Full path.</summary>
    public string Root { get; }

    public string Database => Path.Combine(Root, "featureexplorer.db");

    /// <summary>Tokens of a corpus, its tokenizer and its contexts.</summary>
    public string Corpus(string hash) => Path.Combine(Root, "corpora", hash);

    /// <summary>Where the context files of a corpus lie.</summary>
    public string Contexts(string hash) => Path.Combine(Corpus(hash), "contexts");

    /// <summary>Weights, configuration and tokenizer of a model.</summary>
    public string Model(string name) => Path.Combine(Root, "models", name);

    /// <summary>Tokenizer of a model.</summary>
    public string Tokenizer(string model) => Path.Combine(Model(model), "tokenizer.json");

    /// <summary>Weights of a dictionary and its index.</summary>
    public string Dictionary(string model, string name) => Path.Combine(Root, "dictionaries", model, name);

    /// <summary>Activation index of a dictionary.</summary>
    public string Index(string model, string name) => Path.Combine(Dictionary(model, name), "index.bin");
}
