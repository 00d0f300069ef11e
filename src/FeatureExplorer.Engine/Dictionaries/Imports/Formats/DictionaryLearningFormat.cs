using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// dictionary_learning: <c>trainer_N/ae.pt</c> and <c>config.json</c>, whose trainer.dict_class names one of seven classes. Where there is no configuration, the tensors decide. An interrupted run leaves
/// its backup in ae.pt, with the dictionary under "ae" and activations still divided by norm_factor. A buffer whose io is "in_and_out" makes an AutoEncoder a transcoder from the input of a module to
/// its output, with one bias: taken off the one, added to the other.
/// </summary>
internal sealed class DictionaryLearningFormat : IDictionaryFormat
{
    private static readonly (string Class, string[] Tensors, string[] Further)[] Classes =
    [
        ("GatedAutoEncoder", ["decoder_bias", "encoder.weight", "r_mag", "gate_bias", "mag_bias", "decoder.weight"], []),
        ("AutoEncoderTopK", ["encoder.weight", "encoder.bias", "decoder.weight", "b_dec", "k"], ["threshold"]),
        ("BatchTopKSAE", ["encoder.weight", "encoder.bias", "decoder.weight", "b_dec", "k", "threshold"], []),
        ("MatryoshkaBatchTopKSAE", ["W_enc", "b_enc", "W_dec", "b_dec", "k", "threshold", "group_sizes"], []),
        ("JumpReluAutoEncoder", ["W_enc", "b_enc", "W_dec", "b_dec", "threshold"], []),
        ("AutoEncoder", ["bias", "encoder.weight", "encoder.bias", "decoder.weight"], []),
        ("AutoEncoderNew", ["encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias"], []),
    ];

    private const string InAndOut = "in_and_out";
    private const string TranscoderClass = "AutoEncoder";

    public string Name => "dictionary_learning";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        var trainer = source.Config("config.json")?.Object("trainer");
        var prefix = source.Weights.Tensors.Any(static tensor => tensor.Name.StartsWith("ae.", StringComparison.Ordinal)) ? "ae." : string.Empty;
        var named = trainer?.Text("dict_class");
        if (named is not null && Classes.All(known => known.Class != named))
        {
            throw new InvalidDataException($"{trainer!.FilePath}: trainer.dict_class is {named}; {string.Join(", ", Classes.Select(static known => known.Class))} are read.");
        }

        // A configuration without a trainer is another tool's, whose tensors may look alike and mean something else.
        var guesses = trainer is not null || source.Config("config.json") is null;
        if ((named ?? (guesses ? Guess(source, prefix) : null)) is not { } kind)
        {
            return null;
        }

        if (named is not null)
        {
            DemandOnly(source, kind, prefix);
        }

        return WithOrigin(source, trainer, kind, Read(source, kind, prefix) with { Scale = Scale(source, options, prefix) });
    }

    private static string? Guess(ForeignSource source, string prefix)
    {
        foreach (var (kind, tensors, further) in Classes)
        {
            if (source.Has([.. tensors.Select(name => prefix + name)]) && Own(source, prefix).All(name => tensors.Contains(name) || further.Contains(name)))
            {
                source.Notes.Add($"No configuration names its class: {kind} is assumed, whose tensors it has{(kind == "AutoEncoderTopK" ? " (a BatchTopKSAE has the same: put its config.json beside it, if that is what it is)" : string.Empty)}.");
                return kind;
            }
        }

        return null;
    }

    private static IEnumerable<string> Own(ForeignSource source, string prefix) =>
        source.Weights.Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(tensor => tensor.Name[prefix.Length..]);

    private static void DemandOnly(ForeignSource source, string kind, string prefix)
    {
        var (_, tensors, further) = Classes.First(known => known.Class == kind);
        foreach (var name in Own(source, prefix))
        {
            if (!tensors.Contains(name) && !further.Contains(name))
            {
                throw new InvalidDataException($"{source.Weights.FilePath}: tensor {prefix}{name} is no part of a {kind}, which config.json names as its class; it has {string.Join(", ", tensors)}. Put the configuration of the same run beside it.");
            }
        }
    }

    private ForeignWeights Read(ForeignSource source, string kind, string prefix)
    {
        var transposed = kind is "MatryoshkaBatchTopKSAE" or "JumpReluAutoEncoder";
        var (encoder, decoder) = transposed ? ("W_enc", "W_dec") : ("encoder.weight", "decoder.weight");
        var encoderBias = kind switch { "GatedAutoEncoder" => "gate_bias", _ when transposed => "b_enc", _ => "encoder.bias" };
        var decoderBias = kind switch { "GatedAutoEncoder" => "decoder_bias", "AutoEncoder" => "bias", "AutoEncoderNew" => "decoder.bias", _ => "b_dec" };
        var file = source.Weights;
        var (n, m) = (ForeignTensors.Length(file, prefix + decoderBias), ForeignTensors.Length(file, prefix + encoderBias));
        ForeignTensors.CompareTypes(source, prefix + encoder, null, string.Empty);
        var weights = new ForeignWeights
        {
            Format = Name,
            Architecture = kind,
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(file, prefix + encoder, n, m, published: !transposed, source.Notes),
            Decoder = ForeignMatrix.Of(file, prefix + decoder, n, m, published: transposed, source.Notes),
            EncoderBias = prefix + encoderBias,
            DecoderBias = prefix + decoderBias,
            SubtractsDecoderBias = kind is not ("AutoEncoderNew" or "JumpReluAutoEncoder"),
        };
        return kind switch
        {
            "GatedAutoEncoder" => weights with { Activation = DictionaryActivation.Gated, RMag = prefix + "r_mag", BMag = prefix + "mag_bias" },
            "AutoEncoderTopK" => TopK(file, prefix, weights),
            "BatchTopKSAE" or "MatryoshkaBatchTopKSAE" => BatchTopK(source, prefix, weights),
            "JumpReluAutoEncoder" => weights with { Activation = DictionaryActivation.JumpRelu, Threshold = ForeignTensors.Vector(file, prefix + "threshold", m) },
            _ => weights,
        };
    }

    private static ForeignWeights TopK(TensorFile file, string prefix, ForeignWeights weights)
    {
        var k = file.ReadScalar(prefix + "k");
        return k >= 1 && k <= weights.Features && MathF.Floor(k) == k
            ? weights with { Activation = DictionaryActivation.TopK, K = (int)k, L0 = k, L0Source = "k" }
            : throw new InvalidDataException(FormattableString.Invariant($"{file.FilePath}: tensor {prefix}k is {k}; one between 1 and {weights.Features} is needed."));
    }

    /// <summary>At inference, there is no batch: what exceeds the threshold that training kept stays.</summary>
    private static ForeignWeights BatchTopK(ForeignSource source, string prefix, ForeignWeights weights)
    {
        var ofK = TopK(source.Weights, prefix, weights);
        var threshold = source.Weights.ReadScalar(prefix + "threshold");
        if (threshold < 0)
        {
            source.Notes.Add("Its threshold was never set (-1): the k largest features of each token stay instead.");
            return ofK;
        }

        return ofK with { Activation = DictionaryActivation.JumpRelu, K = 0, Threshold = Enumerable.Repeat(threshold, weights.Features).ToArray(), L0Source = "k, the mean over a batch" };
    }

    /// <summary>A finished dictionary has its biases multiplied back; a backup has not.</summary>
    private static float Scale(ForeignSource source, DictionaryImportOptions options, string prefix)
    {
        if (options.Scale is { } given)
        {
            return given;
        }

        if (prefix.Length == 0)
        {
            return 1;
        }

        source.Notes.Add("The file is the backup of a run that was interrupted: it holds the dictionary of its last save, not a finished one.");
        var factor = source.Weights.Contains("norm_factor") ? source.Weights.ReadScalar("norm_factor") : source.Weights.Values.GetValueOrDefault("norm_factor") switch
        {
            double number => (float)number,
            long number => number,
            _ => 1,
        };
        return factor > 0 && float.IsFinite(factor) ? 1 / factor : throw new InvalidDataException(FormattableString.Invariant($"{source.Weights.FilePath}: norm_factor is {factor} where a number above 0 is needed."));
    }

    private static ForeignWeights WithOrigin(ForeignSource source, ForeignJson? trainer, string kind, ForeignWeights weights)
    {
        var buffer = source.Config("config.json")?.Object("buffer");
        var io = buffer?.Text("io");
        if (io is not (null or "out" or "in" or InAndOut))
        {
            throw new InvalidDataException($"{buffer!.FilePath}: buffer.io is {io}; out, in and {InAndOut} are known: a module's output, its input, and both for a transcoder.");
        }

        if (io == InAndOut && kind != TranscoderClass)
        {
            throw ForeignTensors.OtherTranscoder(buffer!.FilePath, $"buffer.io is {InAndOut} and trainer.dict_class {kind}, and dictionary_learning trains transcoders as {TranscoderClass} alone");
        }

        var (hook, output) = Places(source, Submodule(trainer), io);
        var l0 = weights.L0 ?? source.Config("eval_results.json")?.Number("l0");
        return weights with
        {
            Hook = hook,
            OutputHook = output,
            Transcoder = io == InAndOut ? new ForeignTranscoder(weights.Inputs) { OutputScale = weights.Scale } : null,
            ModelName = trainer?.Any("lm_name"),
            ContextSize = buffer?.Count("ctx_len"),
            L0 = l0,
            L0Source = weights.L0Source ?? (l0 is null ? null : "eval_results.json"),
        };
    }

    private static string? Submodule(ForeignJson? trainer)
    {
        var (submodule, layer) = (trainer?.Any("submodule_name"), trainer?.Any("layer"));
        return submodule is null || submodule.Contains("_layer_", StringComparison.Ordinal) || layer is null || ForeignSites.Of(submodule) is not null ? submodule : $"{submodule}_layer_{layer}";
    }

    /// <summary>What it reads, and what a transcoder writes. Where the name is that of a place, "resid_pre_layer_3", it is the place that is read; that of a module has an input and an output.</summary>
    private static (string? Input, string? Output) Places(ForeignSource source, string? submodule, string? io)
    {
        var input = ForeignSites.InputOf(submodule);
        if (io != InAndOut)
        {
            return (io == "in" && input is not null ? input : submodule, null);
        }

        if (input is null)
        {
            source.Notes.Add($"It reads the input of a module and writes its output; {(submodule is null ? "its files do not say which" : $"its files call the module {submodule}")}.");
            return (submodule is null ? null : $"the input of {submodule}", null);
        }

        return ForeignSites.Of(input) is { } read && ForeignSites.Of(submodule) is { } written && read.IsReadFor(written)
            ? (input, submodule)
            : throw ForeignTensors.OtherTranscoder(source.Weights.FilePath, $"it reads the input of {submodule} and writes its output");
    }
}
