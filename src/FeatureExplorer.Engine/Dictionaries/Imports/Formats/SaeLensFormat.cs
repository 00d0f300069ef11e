using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// SAELens 3 to 6: <c>cfg.json</c>, flat before version 6 and with "metadata" since, and <c>sae_weights.safetensors</c> with W_enc [n, m], b_enc, W_dec [m, n], b_dec; "gated" has b_gate, b_mag, r_mag;
/// "jumprelu" has threshold (log_threshold in early checkpoints); checkpoints of "batchtopk" have topk_threshold. Transcoders read x itself and have W_dec [m, d_out], b_dec [d_out], and
/// W_skip [d_out, n] where they skip. "matching_pursuit" has W_dec and b_dec alone, and says in <c>cfg.json</c> when it ends.
/// </summary>
internal sealed class SaeLensFormat : IDictionaryFormat
{
    private const string BatchTopK = "batchtopk";
    private const string Matryoshka = "matryoshka_batchtopk";
    private const string Pursuit = "matching_pursuit";
    private const string ScalingFactor = "scaling_factor";
    private const string Skip = "W_skip";
    private const string ScaledInTraining = "expected_average_only_in";

    // Since this version, thresholds of activations that were scaled in training are folded with them (#764).
    private static readonly Version ThresholdsFolded = new(6, 54, 9);

    // Since this one, that of a matching pursuit's residual, too (#771).
    private static readonly Version ResidualThresholdsFolded = new(6, 54, 10);

    public string Name => "SAELens";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        if (File.Exists(Path.Combine(source.Folder, "conf.yaml")) && source.Config("cfg.json") is null)
        {
            throw new InvalidDataException($"{source.Folder} has a conf.yaml, as dictionaries of the architecture \"temporal\" have, which read a sequence of tokens at once. A dictionary here reads one token's activations; import one of another architecture.");
        }

        if (source.Config("cfg.json") is not { } config || !config.Has("d_in") || !config.Has("d_sae") || source.Has("encoder.weight"))
        {
            return null;
        }

        var settings = new SaeLensSettings(config);
        var architecture = settings.Architecture(source.Notes);
        var kind = DictionaryArchitecture.Parse(architecture);
        DemandSupported(config, architecture, kind);
        var (n, m) = (settings.Size("d_in"), settings.Size("d_sae"));
        var transcoder = Transcoder(source, config, settings, kind, n);
        DemandShapes(source, config, n, m, transcoder?.Outputs ?? n, architecture == Pursuit);
        ForeignTensors.CompareTypes(source, "W_dec", config.Text("dtype"), "cfg.json");
        var weights = new ForeignWeights
        {
            Format = Name,
            Architecture = architecture,
            Inputs = n,
            Features = m,
            Encoder = new ForeignMatrix("W_enc", FeaturesFirst: false),
            Decoder = new ForeignMatrix("W_dec", FeaturesFirst: true),
            EncoderBias = kind?.Activation == DictionaryActivation.Gated ? "b_gate" : "b_enc",
            DecoderBias = "b_dec",
            Transcoder = transcoder,
            SubtractsDecoderBias = transcoder is null && settings.Flag("apply_b_dec_to_input", true, source.Notes),
            Scale = Scale(source, config, options),
            Normalisation = NormalisationNames.Read(config.Any(NormalisationNames.Key)),
            OutputFactors = Factors(source, config, m),
            Hook = settings.Hook(),
            OutputHook = transcoder is null ? null : settings.OutputHook(),
            ModelName = settings.Text("model_name"),
            PrependsBos = settings.PrependsBos(source.Notes),
            ContextSize = settings.ContextSize(),
        };
        if (transcoder is not null && ForeignSites.Of(weights.Hook)?.Kind == Transformer.SiteKind.MlpNorm && settings.KeepsGains())
        {
            source.Notes.Add("cfg.json says that its model kept the gains of its norms (fold_ln false): of a LayerNorm, hook_normalized is then what the MLP reads, with gain and bias. Where that is so, name it: --site mlp.in.L.");
        }

        weights = OfKind(source, config, settings, weights, kind is { IsTranscoder: true } ? DictionaryArchitecture.NameOf(kind.Activation) : architecture);
        NoteOldThresholds(source, settings, weights);
        return WithL0(source, settings, weights);
    }

    private static void DemandSupported(ForeignJson config, string architecture, DictionaryArchitecture? kind)
    {
        var path = config.FilePath;
        if (kind is not { IsTranscoder: true } && (architecture.Contains("transcoder", StringComparison.Ordinal) || (config.Count("d_out") ?? config.Count("d_in")) != config.Count("d_in")))
        {
            throw ForeignTensors.OtherTranscoder(path, $"its architecture is \"{architecture}\"{(config.Has("d_out") ? $" and d_out {config.Any("d_out")}" : string.Empty)}");
        }

        if (kind is not { IsTranscoder: true } && architecture is not ("standard" or "gated" or "jumprelu" or "topk" or "abstopk" or BatchTopK or Matryoshka or Pursuit))
        {
            throw architecture switch
            {
                "temporal" => new InvalidDataException($"{path}: its architecture is \"temporal\", which reads a sequence of tokens at once. A dictionary here reads one token's activations; import one of another architecture."),
                _ => new InvalidDataException($"{path}: its architecture is \"{architecture}\"; {string.Join(", ", DictionaryArchitecture.SaeLensNames)}, abstopk, {BatchTopK} and {Matryoshka} are read."),
            };
        }

        config.Refuse("reshape_activations", "a site whose heads lie side by side is read; only none and hook_z are known", "none", "null", "hook_z");
        if (config.Flag("rescale_acts_by_decoder_norm") == true && architecture is ("standard" or "gated" or Pursuit))
        {
            throw new InvalidDataException($"{path}: rescale_acts_by_decoder_norm is true, which SAELens knows for topk and {BatchTopK} alone. Save it without, its decoder rows folded.");
        }
    }

    /// <summary>What a transcoder has beside the rest; null for an autoencoder.</summary>
    private static ForeignTranscoder? Transcoder(ForeignSource source, ForeignJson config, SaeLensSettings settings, DictionaryArchitecture? kind, int n)
    {
        if (kind is not { IsTranscoder: true })
        {
            return null;
        }

        config.Refuse("apply_b_dec_to_input", "a transcoder's b_dec belongs to what it writes, and SAELens takes it from no input", "false");
        var outputs = settings.Size("d_out");
        if (kind.Skips && !source.Has(Skip))
        {
            source.Notes.Add($"Its architecture is \"{kind.Name}\" and the file has no {Skip}: it is read without, as SAELens saves some.");
        }

        return new ForeignTranscoder(outputs) { Skip = kind.Skips && source.Has(Skip) ? ForeignTensors.Skip(source.Weights, Skip, n, outputs, outputsFirst: true) : null };
    }

    private static void DemandShapes(ForeignSource source, ForeignJson config, int n, int m, int outputs, bool isTied)
    {
        foreach (var (name, rows, columns) in new[] { ("W_enc", n, m), ("W_dec", m, outputs) }.Skip(isTied ? 1 : 0))
        {
            var info = source.Weights.Info(name);
            if (!info.Has(rows, columns))
            {
                throw new InvalidDataException($"{config.FilePath} says d_in {n}{(outputs == n ? string.Empty : $", d_out {outputs}")} and d_sae {m}, so {name} would be [{rows}, {columns}]; the weights in {source.Weights.FilePath} have {info.ShapeText}.");
            }
        }
    }

    private static ForeignWeights OfKind(ForeignSource source, ForeignJson config, SaeLensSettings settings, ForeignWeights weights, string kind)
    {
        var (m, rescales) = (weights.Features, config.Flag("rescale_acts_by_decoder_norm"));
        switch (kind)
        {
            case "standard":
                return Known(source, weights);
            case Pursuit:
                return OfPursuit(source, settings, weights);
            case "gated":
                return Known(source, weights with { Activation = DictionaryActivation.Gated, RMag = "r_mag", BMag = "b_mag" }, "r_mag", "b_mag");
            case "topk" or "abstopk":
                return Known(
                    source, weights with { Activation = DictionaryActivation.TopK, K = settings.K(m), RescalesByDecoderNorm = rescales ?? false, Signed = kind == "abstopk" });
            case "jumprelu":
                var logarithm = !source.Has("threshold") && source.Has("log_threshold");
                var threshold = ForeignTensors.Vector(source.Weights, logarithm ? "log_threshold" : "threshold", m);
                if (logarithm)
                {
                    source.Notes.Add("The file has log_threshold, as checkpoints before SAELens 6.48 do; thresholds are its exponentials.");
                    threshold = [.. threshold.Select(MathF.Exp)];
                }

                return Known(source, weights with { Activation = DictionaryActivation.JumpRelu, Threshold = threshold, RescalesByDecoderNorm = rescales ?? false }, "threshold", "log_threshold");
            default:
                if (rescales is null)
                {
                    source.Notes.Add("cfg.json does not say rescale_acts_by_decoder_norm; true is assumed, as SAELens trains this architecture so.");
                }

                source.Notes.Add("It is a checkpoint of training: features are active above its running threshold, as in the dictionary that SAELens exports at the end.");
                return Known(
                    source,
                    weights with
                    {
                        Activation = DictionaryActivation.JumpRelu,
                        RescalesByDecoderNorm = rescales ?? true,
                        Threshold = Enumerable.Repeat(source.Weights.ReadScalar("topk_threshold"), m).ToArray(),
                    },
                    "topk_threshold");
        }
    }

    /// <summary>Its encoder is W_dec, and there is no b_enc. Where b_dec is not taken from the input, SAELens adds none to x̂, either.</summary>
    private static ForeignWeights OfPursuit(ForeignSource source, SaeLensSettings settings, ForeignWeights weights)
    {
        if (!weights.SubtractsDecoderBias)
        {
            // It is not used, and has to be sound all the same.
            _ = ForeignTensors.Vector(source.Weights, "b_dec", weights.Inputs);
            source.Notes.Add("apply_b_dec_to_input is false: SAELens uses the b_dec of a matching pursuit nowhere then, and it is 0 here.");
        }

        // Unknown are W_enc and b_enc, too, and factors of a fine-tuning, which no matching pursuit has.
        ForeignTensors.DemandKnown(
            source, $"\"{weights.Architecture}\"", "W_dec", "b_dec", weights.Normalisation == RowNormalisation.None ? null : NormalisationNames.Key);
        return weights with
        {
            Encoder = weights.Decoder,
            EncoderBias = null,
            DecoderBias = weights.SubtractsDecoderBias ? "b_dec" : null,
            SubtractsDecoderBias = true,
            Activation = DictionaryActivation.MatchingPursuit,
            Pursuit = settings.Pursuit(weights.Inputs, source.Notes),
        };
    }

    private static ForeignWeights Known(ForeignSource source, ForeignWeights weights, params string[] further)
    {
        // Our own files have the kind of normalisation as a tensor, too.
        var normalisation = weights.Normalisation == RowNormalisation.None ? null : NormalisationNames.Key;
        ForeignTensors.DemandKnown(source, $"\"{weights.Architecture}\"", ["W_enc", "W_dec", "b_dec", weights.EncoderBias, ScalingFactor, weights.Transcoder?.Skip?.Name, normalisation, .. further]);
        return weights;
    }

    /// <summary>What activations were multiplied by: folded when training ends, and until then in a file of its own.</summary>
    private static float Scale(ForeignSource source, ForeignJson config, DictionaryImportOptions options)
    {
        config.Refuse(NormalisationNames.Key, "only none, expected_average_only_in, layer_norm and constant_norm_rescale are known; import one with one of these", "none", "null", "false", "true", ScaledInTraining, NormalisationNames.LayerNorm, NormalisationNames.Norm);
        foreach (var key in new[] { ScalingFactor, "norm_scaling_factor", "activation_norm_scaling_factor" })
        {
            config.Refuse(key, "a factor that is not folded into the weights; fold it, and save them without it", "1", "1.0");
        }

        // Before there were several ways, true stood for the one that there was.
        if (config.Any("normalize_activations") is not (ScaledInTraining or "true"))
        {
            return 1;
        }

        if (source.Config("activation_scaler.json")?.Number(ScalingFactor) is > 0 and var scale)
        {
            source.Notes.Add("The factor of its activations is that of activation_scaler.json.");
            return (float)scale;
        }

        return options.Scale ?? throw new InvalidDataException(
            $"{config.FilePath}: normalize_activations is {ScaledInTraining}, so its activations were multiplied by a number in training, and that is in none of its files. Put activation_scaler.json of the same checkpoint beside it, or give the number: --scale NUMBER.");
    }

    // Some versions of SAELens wrote the factors of a fine-tuning also where there was none.
    private static float[]? Factors(ForeignSource source, ForeignJson config, int m)
    {
        var used = config.Flag("finetuning_scaling_factor") ?? config.Flag("apply_finetuning_scaling_factor") ?? false;
        if (!source.Has(ScalingFactor))
        {
            return used ? throw new InvalidDataException($"{config.FilePath}: finetuning_scaling_factor is true, and {source.Weights.FilePath} has no tensor {ScalingFactor}.") : null;
        }

        var factors = ForeignTensors.Vector(source.Weights, ScalingFactor, m);
        if (factors.All(static factor => factor == 1))
        {
            return null;
        }

        source.Notes.Add(used
            ? "Its features were scaled in fine-tuning; the factors are folded into the decoder."
            : $"The file has the factors of a fine-tuning ({ScalingFactor}) and cfg.json does not say that they are used; they are folded into the decoder.");
        return factors;
    }

    private static void NoteOldThresholds(ForeignSource source, SaeLensSettings settings, ForeignWeights weights)
    {
        if (weights.Activation == DictionaryActivation.MatchingPursuit && settings.TrainedWith() is { Major: >= 6 } trained && trained < ResidualThresholdsFolded)
        {
            source.Notes.Add($"It was trained by SAELens {trained}; before {ResidualThresholdsFolded}, the residual_threshold of a dictionary trained on scaled activations was saved unscaled. Compare the measured L0 with the one it was published with.");
        }

        if (weights.Activation == DictionaryActivation.JumpRelu && settings.TrainedWith() is { } version && version < ThresholdsFolded && version.Major >= 6)
        {
            source.Notes.Add($"It was trained by SAELens {version}; before {ThresholdsFolded}, thresholds of dictionaries trained on scaled activations could be saved unscaled. Compare the measured L0 with the one it was published with.");
        }
    }

    private static ForeignWeights WithL0(ForeignSource source, SaeLensSettings settings, ForeignWeights weights)
    {
        if (settings.L0() is { } l0)
        {
            return weights with { L0 = l0, L0Source = "cfg.json" };
        }

        if (weights.Activation == DictionaryActivation.TopK)
        {
            return weights with { L0 = weights.K, L0Source = "k" };
        }

        var file = Path.Combine(source.Folder, "sparsity.safetensors");
        if (!File.Exists(file))
        {
            return weights;
        }

        using var sparsity = TensorFile.Open(file);
        return sparsity.Contains("sparsity") && sparsity.Info("sparsity").Has(weights.Features)
            ? weights with { L0 = sparsity.ReadArray("sparsity").Sum(static log => Math.Pow(10, Math.Min(0, (double)log))), L0Source = "sparsity.safetensors" }
            : weights;
    }
}
