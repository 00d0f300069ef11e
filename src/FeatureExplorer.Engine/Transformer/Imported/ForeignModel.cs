using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>
/// A model that others made, opened but not yet read: a Hugging Face folder (GPT-2, GPT-Neo, GPT-NeoX, Llama and its like), a folder of TransformerLens, a
/// checkpoint of nanoGPT, or llama2.c's file. Nothing of the files is run.
/// </summary>
public sealed class ForeignModel : IDisposable
{
    private readonly TensorSet? _tensors;
    private readonly ModelLayout? _layout;
    private readonly Llama2cFile? _file;
    private readonly ModelImportOptions _options;

    private ForeignModel(string path, TensorSet? tensors, ModelLayout? layout, Llama2cFile? file, ModelImportOptions options)
    {
        (Path, _tensors, _layout, _file, _options) = (path, tensors, layout, file, options);
        var whole = layout?.Config ?? file!.Config;
        LongestContext = whole.Context - (options.StartToken is null || whole.Architecture.Rotary is not null ? 0 : 1);
        if (LongestContext < 1)
        {
            throw new InvalidDataException($"{path} describes a model whose window has {whole.Context} position, and a token stands before every window: no text fits. Import it without that token: --start-token false.");
        }

        var context = options.Context ?? Math.Min(ModelImportOptions.UsualContext, LongestContext);
        if (context < 1 || context > LongestContext)
        {
            throw new ArgumentException($"A window of {context} tokens was asked for; this model takes 1 to {LongestContext}.");
        }

        Config = whole with { Context = context, StartToken = options.StartToken };
        try
        {
            Config.Validate();
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{path} describes a model that cannot be computed here: {exception.Message}", exception);
        }
    }

    public string Path { get; }

    /// <summary>Name of the family, for people.</summary>
    public string Family => _layout?.Family ?? "llama2.c";

    /// <summary>Sizes and architecture, with the window that was chosen.</summary>
    public TransformerConfig Config { get; }

    /// <summary>Tokens of the longest window that the model takes.</summary>
    public int LongestContext { get; }

    /// <summary>What was assumed or is unusual, in sentences.</summary>
    public IReadOnlyList<string> Notes => [.. _layout?.Notes ?? []];

    /// <summary>Opens a folder or a file; reads no weights.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or a kind of model that cannot be computed here; the message names the file, the value and a remedy.</exception>
    /// <exception cref="ArgumentException">A choice does not fit the model.</exception>
    /// <exception cref="IOException">There is no such path.</exception>
    public static ForeignModel Open(string path, ModelImportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ModelImportOptions();
        if (Directory.Exists(path))
        {
            return OpenFolder(path, options);
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file or folder {path}.", path);
        }

        ForeignJson.Refuse(path, "model");

        return Llama2cFile.TryOpen(path) is { } file
            ? Guard(file, () => new ForeignModel(path, null, null, file, options))
            : OpenCheckpoint(path, options);
    }

    /// <summary>Reads all weights, and checks that the files hold nothing else.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, has another shape, holds NaN or infinite values, or is one too many.</exception>
    public TransformerModel Load(CancellationToken cancellation = default)
    {
        var model = new TransformerModel(Config);
        try
        {
            _layout?.Fill(model, cancellation);
            _file?.Fill(model, cancellation);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _tensors?.Dispose();
        _file?.Dispose();
    }

    private static ForeignModel OpenFolder(string folder, ModelImportOptions options)
    {
        var config = System.IO.Path.Combine(folder, "config.json");
        if (!File.Exists(config))
        {
            throw new FileNotFoundException($"{folder} is not the folder of a model: it has no config.json. Name the folder that holds config.json and the weights, or one checkpoint file.", config);
        }

        var json = ForeignJson.Read(config);
        var tensors = json.Has("d_model") && json.Has("n_layers") ? LensTensors(folder) : TensorSet.OpenFolder(folder);
        return Guard(tensors, () => new ForeignModel(folder, tensors, Layout(json, tensors), null, options));
    }

    private static ModelLayout Layout(ForeignJson json, TensorSet tensors)
    {
        if (json.Has("d_model") && json.Has("n_layers"))
        {
            return new TransformerLensLayout(json, tensors);
        }

        var type = json.Text("model_type");
        return type switch
        {
            "gpt2" => new Gpt2Layout(json, tensors),
            "gpt_neo" => new GptNeoLayout(json, tensors),
            "gpt_neox" => new GptNeoXLayout(json, tensors),
            "llama" or "mistral" or "qwen2" or "qwen3" or "smollm3" => new LlamaLayout(type, json, tensors),
            _ => throw new InvalidDataException(
                $"{json.FilePath}: model_type is {type ?? "missing"}; gpt2, gpt_neo, gpt_neox, llama, mistral, qwen2 and qwen3 can be imported, and TransformerLens' GELU models."),
        };
    }

    private static ForeignModel OpenCheckpoint(string path, ModelImportOptions options)
    {
        var tensors = TensorSet.OpenFile(path);
        return Guard(tensors, () => tensors.Names.Any(static name => name.EndsWith("transformer.wte.weight", StringComparison.Ordinal))
            ? new ForeignModel(path, tensors, new NanoGptLayout(tensors), null, options)
            : throw new InvalidDataException($"{path} is not a model that can be opened by itself: nanoGPT's checkpoints and llama2.c's files can. For others, name the folder that holds config.json and the weights."));
    }

    private static TensorSet LensTensors(string folder)
    {
        var file = Directory.EnumerateFiles(folder, "*.pth").Order(StringComparer.Ordinal).FirstOrDefault(static name => name.EndsWith("final.pth", StringComparison.Ordinal))
            ?? Directory.EnumerateFiles(folder, "*.pth").Order(StringComparer.Ordinal).FirstOrDefault()
            ?? Directory.EnumerateFiles(folder, "*.safetensors").Order(StringComparer.Ordinal).FirstOrDefault();
        return file is not null ? TensorSet.OpenFile(file) : throw new InvalidDataException($"{folder} has the config.json of a TransformerLens model and no weights (*final.pth) beside it.");
    }

    private static ForeignModel Guard(IDisposable opened, Func<ForeignModel> open)
    {
        try
        {
            return open();
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
