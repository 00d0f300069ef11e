using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Files;

/// <summary>
/// A dictionary on disk in the layout of SAELens 6: <c>cfg.json</c> and <c>sae_weights.safetensors</c> with W_enc [n, m], b_enc [m], W_dec [m, n],
/// b_dec [n] for activations as the model gives them; "jumprelu" adds threshold [m]; "gated" has b_gate, b_mag and r_mag [m] instead of b_enc;
/// "topk" names its k in <c>cfg.json</c>; "matching_pursuit" has W_dec and b_dec alone, and names there when it ends. A transcoder has W_dec [m, d_out], b_dec [d_out], and W_skip [d_out, n] where it skips; <c>hook_name_out</c> is what it writes.
/// A dictionary that normalises every vector has the number of its <see cref="RowNormalisation"/> as a tensor [1] beside the others, so that its hash is another than that of the same
/// weights without it; files of other tools have it in <c>cfg.json</c> alone.
/// </summary>
internal static unsafe class DictionaryFiles
{
    public const string ConfigFile = "cfg.json";
    public const string WeightsFile = "sae_weights.safetensors";

    // Products of several weights and activations have to stay numbers of single precision; trained weights are thousands of times smaller.
    private const float LargestWeight = 1e6f;

    // r_mag is the logarithm of a factor.
    private const float LargestExponent = 30;

    private const string MetadataKey = "metadata";
    private const string HookKey = "hook_name";
    private const string OutputHookKey = "hook_name_out";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes both files, each whole or not at all, the weights first. Returns their checksum.</summary>
    public static string Save(SparseAutoencoder dictionary, string directory, IReadOnlyDictionary<string, string>? metadata)
    {
        var config = new JsonObject
        {
            ["architecture"] = DictionaryArchitecture.Of(dictionary).Name,
            ["d_in"] = dictionary.Inputs,
            ["d_sae"] = dictionary.Features,
            ["dtype"] = "float32",
            ["device"] = "cpu",
            ["apply_b_dec_to_input"] = !dictionary.IsTranscoder,
            [NormalisationNames.Key] = NormalisationNames.Of(dictionary.Normalisation),
            ["reshape_activations"] = "none",
            [MetadataKey] = Metadata(dictionary, metadata),
        };
        if (dictionary.IsTranscoder)
        {
            config["d_out"] = dictionary.Outputs;
        }

        if (dictionary.Activation == DictionaryActivation.TopK)
        {
            config["k"] = dictionary.K;
            config["rescale_acts_by_decoder_norm"] = false;
        }

        PursuitSettings.Write(dictionary.Pursuit, config);

        using var transposed = Transposed(dictionary);
        var checksum = Safetensors.Write(Path.Combine(directory, WeightsFile), Own(dictionary, transposed));
        Checksums.WriteAllText(Path.Combine(directory, ConfigFile), config.ToJsonString(Indented) + "\n");
        return checksum;
    }

    private static JsonObject Metadata(SparseAutoencoder dictionary, IReadOnlyDictionary<string, string>? metadata)
    {
        var entries = new JsonObject((metadata ?? new Dictionary<string, string>()).Select(static entry =>
            KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
        if (dictionary.Site is { } site)
        {
            entries[HookKey] = site.HookName;
        }

        if (dictionary is { IsTranscoder: true, OutputSite: { } output })
        {
            entries[OutputHookKey] = output.HookName;
        }

        return entries;
    }

    /// <summary>SHA-256 of the weights, as <see cref="Save"/> returns it.</summary>
    public static string Checksum(SparseAutoencoder dictionary)
    {
        using var transposed = Transposed(dictionary);
        return Safetensors.Checksum(Own(dictionary, transposed));
    }

    /// <summary>Gives the tensors of the layout while they are there.</summary>
    public static void Use(SparseAutoencoder dictionary, Action<IReadOnlyList<NamedTensor>> use)
    {
        using var transposed = Transposed(dictionary);
        use(Tensors(dictionary, transposed));
    }

    /// <exception cref="InvalidDataException">The files are damaged, or of a kind of dictionary that is not supported.</exception>
    /// <exception cref="IOException">A file, or the folder, is missing.</exception>
    public static SparseAutoencoder Load(string directory)
    {
        DemandThere(directory);
        var config = DictionaryConfig.Read(Path.Combine(directory, ConfigFile));
        var (n, m) = (config.Inputs, config.Features);
        using var file = Safetensors.Open(Path.Combine(directory, WeightsFile));
        config.CheckTensors(file, VectorLengths(config, file));
        CheckNormalisation(config, file);
        var dictionary = new SparseAutoencoder(n, m, config.Activation, config.K, config.Transcoder, config.Pursuit)
        {
            Site = config.Site,
            OutputSite = config.OutputSite,
            Assumptions = config.Assumptions,
            Normalisation = config.Normalisation,
        };
        try
        {
            if (config.Pursuit is null)
            {
                using var transposed = new FloatBuffer((long)n * m);
                file.ReadWithin("W_enc", transposed.Pointer, LargestWeight, n, m);
                Transpose(transposed.Pointer, n, m, dictionary.WEnc.Pointer);
            }

            foreach (var (name, buffer) in Vectors(dictionary))
            {
                file.ReadWithin(name, buffer.Pointer, name == "r_mag" ? LargestExponent : LargestWeight, buffer.Length);
            }

            file.ReadWithin("W_dec", dictionary.WDec.Pointer, LargestWeight, m, dictionary.Outputs);
            if (dictionary.WSkip is { } skip)
            {
                file.ReadWithin("W_skip", skip.Pointer, LargestWeight, dictionary.Outputs, n);
            }

            if (config.Pursuit is not null)
            {
                DictionaryWeights.Tie(dictionary, config.CentresInput);
            }
            else if (!config.CentresInput && !dictionary.IsTranscoder)
            {
                DictionaryWeights.CentreEncoder(dictionary);
            }

            if (config.RescalesByDecoderNorm)
            {
                DictionaryWeights.FoldNorms(dictionary);
            }

            return dictionary;
        }
        catch
        {
            dictionary.Dispose();
            throw;
        }
    }

    private static void DemandThere(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"There is no folder {directory}: name one with a dictionary's {ConfigFile} and {WeightsFile}.");
        }

        foreach (var (name, holds) in new[] { (ConfigFile, "says what kind of dictionary it is"), (WeightsFile, "holds its weights") })
        {
            var file = Path.Combine(directory, name);
            // With checksums it was there, and is damage.
            if (!File.Exists(file) && !File.Exists(BlockChecksums.FileOf(file)))
            {
                throw new FileNotFoundException($"{directory} has no {name}, which {holds}: put it beside the other file, as SAELens writes both.", file);
            }
        }
    }

    /// <summary>The tensors of one dimension that a kind of dictionary has; see <see cref="Vectors"/>.</summary>
    private static Dictionary<string, int> VectorLengths(DictionaryConfig config, SafetensorsFile file)
    {
        var (n, m) = (config.Outputs, config.Features);
        var lengths = config.Activation switch
        {
            DictionaryActivation.Gated => new() { ["b_gate"] = m, ["b_dec"] = n, ["r_mag"] = m, ["b_mag"] = m },
            DictionaryActivation.JumpRelu => new() { ["b_enc"] = m, ["b_dec"] = n, ["threshold"] = m },
            DictionaryActivation.MatchingPursuit => new() { ["b_dec"] = n },
            _ => new Dictionary<string, int> { ["b_enc"] = m, ["b_dec"] = n },
        };
        if (HasNormalisation(file))
        {
            lengths[NormalisationNames.Key] = 1;
        }

        return lengths;
    }

    private static bool HasNormalisation(SafetensorsFile file) => file.Tensors.Any(static tensor => tensor.Name == NormalisationNames.Key);

    private static void CheckNormalisation(DictionaryConfig config, SafetensorsFile file)
    {
        if (HasNormalisation(file) && file.ReadArray(NormalisationNames.Key)[0] is var number && number != (float)config.Normalisation)
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"{file.FilePath} was saved with {NormalisationNames.Key} {number}, and {ConfigFile} beside it says \"{NormalisationNames.Of(config.Normalisation)}\" ({(int)config.Normalisation}): they do not belong together."));
        }
    }

    /// <summary>The tensors of a file of our own, and of its hash.</summary>
    private static NamedTensor[] Own(SparseAutoencoder dictionary, FloatBuffer transposed) => dictionary.Normalisation == RowNormalisation.None
        ? Tensors(dictionary, transposed)
        : [.. Tensors(dictionary, transposed), new NamedTensor(NormalisationNames.Key, new[] { (float)dictionary.Normalisation }, 1)];

    private static NamedTensor[] Tensors(SparseAutoencoder dictionary, FloatBuffer transposed)
    {
        var vectors = Vectors(dictionary).Select(static vector => new NamedTensor(vector.Name, vector.Values.Pointer, vector.Values.Length)).ToList();
        if (dictionary.Pursuit is not null)
        {
            return [new("W_dec", dictionary.WDec.Pointer, dictionary.Features, dictionary.Outputs), .. vectors];
        }

        return
        [
            new("W_enc", transposed.Pointer, dictionary.Inputs, dictionary.Features),
            vectors[0],
            new("W_dec", dictionary.WDec.Pointer, dictionary.Features, dictionary.Outputs),
            .. vectors.Skip(1),
            .. dictionary.WSkip is { } skip ? new[] { new NamedTensor("W_skip", skip.Pointer, dictionary.Outputs, dictionary.Inputs) } : [],
        ];
    }

    /// <summary>The tensors of one dimension under the layout's names.</summary>
    private static IEnumerable<(string Name, FloatBuffer Values)> Vectors(SparseAutoencoder dictionary)
    {
        if (dictionary.Pursuit is null)
        {
            yield return (dictionary.Activation == DictionaryActivation.Gated ? "b_gate" : "b_enc", dictionary.BEnc);
        }

        yield return ("b_dec", dictionary.BDec);
        foreach (var (name, values) in new[] { ("threshold", dictionary.Threshold), ("r_mag", dictionary.RMag), ("b_mag", dictionary.BMag) })
        {
            if (values is not null)
            {
                yield return (name, values);
            }
        }
    }

    private static FloatBuffer Transposed(SparseAutoencoder dictionary)
    {
        var transposed = new FloatBuffer((long)dictionary.Inputs * dictionary.Features);
        Transpose(dictionary.WEnc.Pointer, dictionary.Features, dictionary.Inputs, transposed.Pointer);
        return transposed;
    }

    private static void Transpose(float* source, int rows, int columns, float* target)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                target[((nint)column * rows) + row] = source[((nint)row * columns) + column];
            }
        }
    }
}
