using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries.Files;

/// <summary>
/// What the <c>cfg.json</c> of a dictionary says, in the layout of SAELens and its older forms. Every setting that changes what the weights mean is either
/// part of this record or refused by name.
/// </summary>
internal sealed partial record DictionaryConfig
{
    /// <summary>Settings that only hold one value here; a missing one has the first.</summary>
    private static readonly (string Key, string[] Allowed)[] Fixed =
    [
        (NormalisationNames.Key, ["none", "null", "false", NormalisationNames.LayerNorm, NormalisationNames.Norm]),
        ("reshape_activations", ["none", "null"]),
        ("finetuning_scaling_factor", ["false"]),
        ("apply_finetuning_scaling_factor", ["false"]),
        ("scaling_factor", ["1", "1.0"]),
        ("norm_scaling_factor", ["1", "1.0"]),
        ("activation_norm_scaling_factor", ["1", "1.0"]),
        ("hook_head_index", ["none", "null"]),
    ];

    private readonly JsonObject _json;
    private readonly string _path;

    private DictionaryConfig(JsonObject json, string path) => (_json, _path) = (json, path);

    /// <summary>n, <c>d_in</c>.</summary>
    public int Inputs { get; private init; }

    /// <summary>m, <c>d_sae</c>.</summary>
    public int Features { get; private init; }

    /// <summary>Width of x̂: <c>d_out</c> of a transcoder, else n.</summary>
    public int Outputs => Transcoder?.Outputs ?? Inputs;

    /// <summary>What makes it a transcoder; null for an autoencoder.</summary>
    public TranscoderShape? Transcoder { get; private init; }

    /// <summary>How pre-activations become f.</summary>
    public DictionaryActivation Activation { get; private init; }

    /// <summary>Most active features of a vector; 0 where their number is not fixed.</summary>
    public int K { get; private init; }

    /// <summary>Where it reads; null when the file does not say.</summary>
    public Site? Site { get; private init; }

    /// <summary>What it writes: <c>hook_name_out</c> of a transcoder, else <see cref="Site"/>.</summary>
    public Site? OutputSite { get; private init; }

    /// <summary>Whether the encoder reads x − b_dec; otherwise it reads x.</summary>
    public bool CentresInput { get; private init; }

    /// <summary>Whether f is multiplied by the length of each decoder row before the largest are chosen.</summary>
    public bool RescalesByDecoderNorm { get; private init; }

    /// <summary>What is done to every vector before it is encoded.</summary>
    public RowNormalisation Normalisation { get; private init; }

    /// <summary>What the file does not say, and what is taken in its place, and why; empty for a complete one.</summary>
    public IReadOnlyList<string> Assumptions { get; private init; } = [];

    /// <summary>Reads and checks the file; the weights are still to be compared with it (<see cref="CheckTensors"/>).</summary>
    /// <exception cref="InvalidDataException">It is damaged, or describes a kind of dictionary that is not supported.</exception>
    public static DictionaryConfig Read(string path)
    {
        var config = new DictionaryConfig(Parse(path), path);
        var architecture = config.ReadArchitecture();
        var activation = architecture.Activation;
        config.CheckFixed(architecture);
        var features = config.Size("d_sae");
        var site = config.ReadSite(architecture.IsTranscoder);
        return new DictionaryConfig(config._json, path)
        {
            Assumptions = [.. config.Assumed(site)],
            Inputs = config.Size("d_in"),
            Transcoder = architecture.IsTranscoder ? new TranscoderShape(config.OutputSize(architecture), architecture.Skips) : null,
            Features = features,
            Activation = activation,
            K = activation == DictionaryActivation.TopK ? config.TopK(features) : 0,
            Pursuit = activation == DictionaryActivation.MatchingPursuit ? config.ReadPursuit() : null,
            Site = site,
            OutputSite = architecture.IsTranscoder ? config.ReadOutputSite(site) : site,
            CentresInput = config.Flag("apply_b_dec_to_input", missing: true),
            RescalesByDecoderNorm = config.Flag("rescale_acts_by_decoder_norm", missing: false),
            Normalisation = config.Values(NormalisationNames.Key).Select(static value => NormalisationNames.Read(value.ToString().ToLowerInvariant())).FirstOrDefault(),
        };
    }

    /// <summary>
    /// Compares the weights' tensors with the sizes that the file claims, before any memory is taken for them. A tensor that this kind of dictionary does not
    /// have would change what it computes, so it is refused, too.
    /// </summary>
    /// <param name="file">The weights.</param>
    /// <param name="vectors">The tensors of one dimension, and their length.</param>
    public void CheckTensors(SafetensorsFile file, IReadOnlyDictionary<string, int> vectors)
    {
        if (Pursuit is null)
        {
            CheckShape(file, "W_enc", Inputs, Features);
        }

        CheckShape(file, "W_dec", Features, Outputs);
        if (Transcoder is { Skips: true })
        {
            CheckShape(file, "W_skip", Outputs, Inputs);
        }

        foreach (var (name, length) in vectors)
        {
            CheckShape(file, name, length);
        }

        foreach (var tensor in file.Tensors.Where(tensor => tensor.Name != "W_dec" && (tensor.Name != "W_enc" || Pursuit is not null) && !vectors.ContainsKey(tensor.Name) && (tensor.Name != "W_skip" || Transcoder is not { Skips: true })))
        {
            if (!NamesArchitecture && KindOf(tensor.Name) is { } kind)
            {
                throw new InvalidDataException($"{_path} names no architecture, and {file.FilePath} holds {tensor.Name}, which \"{Name}\" does not have: say \"architecture\": \"{kind}\", if that is what was trained.");
            }

            // Some versions of SAELens wrote the factors of a fine-tuning also where there was none.
            if (tensor.Name != "scaling_factor" || file.ReadArray(tensor.Name).Any(static factor => factor != 1))
            {
                throw new InvalidDataException(
                    $"{file.FilePath}: tensor {tensor.Name} {tensor.ShapeText} is no part of a dictionary of the architecture \"{Name}\", and it may change what the others mean. "
                    + "Fold it into the weights, and save them without it.");
            }
        }
    }

    private bool NamesArchitecture => _json["architecture"] is not null;

    private string Name => new DictionaryArchitecture(Activation, Transcoder is not null, Transcoder is { Skips: true }).Name;

    // Files without an architecture are older than all but one.
    private IEnumerable<string> Assumed(Site? site)
    {
        if (!NamesArchitecture)
        {
            yield return $"{_path} names no architecture: \"{ReadArchitecture().Name}\" is assumed, as {(Function() is { } function ? $"its activation function is \"{function}\"" : "files of its age have no other")} and its weights have the tensors of that kind alone.";
        }

        if (site is null)
        {
            yield return $"{_path} names no hook_name, neither at the top nor under metadata: the site is assumed whose activations are read here by default, if their width is d_in.";
        }
    }

    private static string? KindOf(string tensor) => tensor switch
    {
        "threshold" => DictionaryArchitecture.NameOf(DictionaryActivation.JumpRelu),
        "b_gate" or "b_mag" or "r_mag" => DictionaryArchitecture.NameOf(DictionaryActivation.Gated),
        "W_skip" => new DictionaryArchitecture(DictionaryActivation.Relu, true, true).Name,
        _ => null,
    };

    private void CheckShape(SafetensorsFile file, string name, params long[] shape)
    {
        var info = file.Info(name);
        if (!info.Shape.SequenceEqual(shape))
        {
            throw new InvalidDataException(
                $"{_path} says d_in {Inputs} and d_sae {Features}, so {name} would be [{string.Join(", ", shape)}]; the weights in {file.FilePath} have {info.ShapeText}.");
        }
    }

    private static JsonObject Parse(string path)
    {
        var text = Checksums.ReadAllText(path);
        try
        {
            var json = JsonNode.Parse(text) as JsonObject
                ?? throw new InvalidDataException($"{path} holds no JSON object, so it is not a dictionary's configuration.");
            // An object is only read when it is first asked: a name that occurs twice shows then.
            _ = json.Count + ((json["metadata"] as JsonObject)?.Count ?? 0);
            return json;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {JsonFault.Of(exception, text)}.", exception);
        }
    }

    /// <summary>Files older than the architecture "topk" call it "standard" with the activation function "topk".</summary>
    private DictionaryArchitecture ReadArchitecture()
    {
        var name = Text("architecture") ?? "standard";
        var function = Function();
        if (name == "standard" && function == "topk")
        {
            name = "topk";
        }

        // The weights of both kinds look alike, and the figures differ.
        if (!NamesArchitecture && function is null && (_json["k"] ?? (_json["activation_fn_kwargs"] as JsonObject)?["k"]) is { } k)
        {
            throw new InvalidDataException($"{_path} names no architecture, and has k {Short(k)}: say \"architecture\": \"topk\" if only k features are active at a time, or \"standard\" and no k.");
        }

        return DictionaryArchitecture.Parse(name) ?? throw new InvalidDataException(
            $"{_path}: architecture is \"{name}\"; {string.Join(", ", DictionaryArchitecture.Names.Select(static known => $"\"{known}\""))} are supported.");
    }

    /// <summary>The activation function, under its newer or its older name.</summary>
    private string? Function()
    {
        var (newer, older) = (Text("activation_fn"), Text("activation_fn_str"));
        return newer is null || older is null || newer == older
            ? newer ?? older
            : throw new InvalidDataException($"{_path}: activation_fn is \"{newer}\" and activation_fn_str \"{older}\": they contradict each other.");
    }

    private void CheckFixed(DictionaryArchitecture architecture)
    {
        var activation = architecture.Activation;
        var usual = activation == DictionaryActivation.TopK ? "topk" : "relu";
        if (Function() is { } function && function != usual && function != "relu")
        {
            throw Unsupported("activation_fn", function, usual);
        }

        foreach (var (key, allowed) in Fixed)
        {
            foreach (var value in Values(key).Select(static value => value.ToString().ToLowerInvariant()).Where(value => !allowed.Contains(value)))
            {
                throw Unsupported(key, value, allowed[0]);
            }
        }

        if (architecture.IsTranscoder)
        {
            if (Flag("apply_b_dec_to_input", missing: false))
            {
                throw Unsupported("apply_b_dec_to_input", "true", "false");
            }
        }
        else if (Size("d_in") is var inputs && Values("d_out").Any() && Size("d_out") is var outputs && outputs != inputs)
        {
            throw new InvalidDataException($"{_path}: d_out is {outputs} and d_in {inputs}; a dictionary gives back what it reads, so they are equal.");
        }

        if (activation != DictionaryActivation.TopK && Flag("rescale_acts_by_decoder_norm", missing: false))
        {
            throw Unsupported("rescale_acts_by_decoder_norm", "true", "false");
        }

        foreach (var (key, value) in (_json["activation_fn_kwargs"] as JsonObject ?? []).Where(entry => entry.Key != "k" || activation != DictionaryActivation.TopK))
        {
            throw new InvalidDataException($"{_path}: activation_fn_kwargs has {key} {value?.ToJsonString() ?? "null"}, which the activation function \"{usual}\" does not take here.");
        }
    }

    private InvalidDataException Unsupported(string key, string value, string allowed) => new($"{_path}: {key} is \"{value}\"; only \"{allowed}\" is supported.");

    /// <summary>What a key has at the top and under "metadata"; nulls count as missing.</summary>
    private IEnumerable<JsonNode> Values(string key)
    {
        if (_json["metadata"] is { } other and not JsonObject)
        {
            throw new InvalidDataException($"{_path}: metadata is {Short(other)} where an object is needed.");
        }

        return new[] { _json[key], _json["metadata"]?[key] }.OfType<JsonNode>();
    }

    private int TopK(int features)
    {
        var value = _json["k"] ?? (_json["activation_fn_kwargs"] as JsonObject)?["k"];
        return value is JsonValue number && number.TryGetValue(out int k) && k >= 1 && k <= features
            ? k
            : throw new InvalidDataException($"{_path}: k is {(value is null ? "missing" : Short(value))}; a \"topk\" dictionary needs one between 1 and {features}.");
    }

    private bool Flag(string key, bool missing) => _json[key] switch
    {
        null => missing,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        var other => throw new InvalidDataException($"{_path}: {key} is {Short(other)} where true or false is needed."),
    };

    private int OutputSize(DictionaryArchitecture architecture) => _json["d_out"] is not null
        ? Size("d_out")
        : throw new InvalidDataException($"{_path}: architecture is \"{architecture.Name}\" and d_out is missing: say how many numbers it writes.");

    private int Size(string key) =>
        _json[key] is JsonValue value && value.TryGetValue(out int size) && size > 0
            ? size
            : throw new InvalidDataException($"{_path}: {key} is {(_json[key] is { } other ? Short(other) : "missing")} where a positive number is needed.");

    private string? Text(string key) => _json[key]?.ToString().ToLowerInvariant();

    private static string Short(JsonNode node) => node.ToJsonString() is { Length: > 60 } text ? $"{text[..60]}..." : node.ToJsonString();
}
