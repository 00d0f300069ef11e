using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.TensorFiles;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries.Exports;

/// <summary>
/// A dictionary as dictionary_learning's <c>trainer_0/ae.pt</c> and <c>config.json</c>: AutoEncoder, AutoEncoderTopK, JumpReluAutoEncoder (which reads x, not x − b_dec) or GatedAutoEncoder, by its
/// activation. What was trained with BatchTopK is a JumpReluAutoEncoder, as one threshold for all features is a threshold for each.
/// </summary>
public static unsafe class DictionaryLearningExport
{
    /// <summary>Writes both files.</summary>
    /// <exception cref="NotSupportedException">It is a transcoder or a matching pursuit, or normalises every token, as no class of dictionary_learning does.</exception>
    public static void Write(SparseAutoencoder dictionary, ExportedFacts facts, IFileSink sink)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(sink);
        if (dictionary.IsTranscoder)
        {
            throw new NotSupportedException("A transcoder reads one place and writes another; dictionary_learning's classes give back what they read.");
        }

        if (dictionary.Pursuit is not null)
        {
            throw new NotSupportedException("This dictionary finds its features by matching pursuit, as no class of dictionary_learning does: export it as saelens.");
        }

        if (dictionary.Normalisation != RowNormalisation.None)
        {
            throw new NotSupportedException("This dictionary normalises every token's activations before it encodes them, which dictionary_learning cannot say: export it as saelens.");
        }

        sink.AddJson("config.json", Config(dictionary, facts));
        if (dictionary.Activation == DictionaryActivation.JumpRelu)
        {
            // W_enc [n, m], W_dec [m, n], b_dec and threshold have the names and shapes of SAELens there, too.
            var bias = Uncentred(dictionary);
            DictionaryFiles.Use(dictionary, tensors => Write(sink, [.. tensors.Select(tensor => tensor.Name == "b_enc" ? new NamedTensor("b_enc", bias, bias.Length) : tensor)]));
            return;
        }

        using var decoder = Turned(dictionary);
        Write(sink, Tensors(dictionary, decoder));
    }

    private static void Write(IFileSink sink, IReadOnlyList<NamedTensor> tensors) => sink.Add("ae.pt", stream => TorchFile.Write(stream, "ae", tensors));

    private static NamedTensor[] Tensors(SparseAutoencoder dictionary, FloatBuffer decoder)
    {
        long n = dictionary.Inputs, m = dictionary.Features;
        var encoder = new NamedTensor("encoder.weight", dictionary.WEnc.Pointer, m, n);
        var turned = new NamedTensor("decoder.weight", decoder.Pointer, n, m);
        NamedTensor Vector(string name, FloatBuffer values) => new(name, values.Pointer, values.Length);
        return dictionary.Activation switch
        {
            DictionaryActivation.Gated =>
            [
                Vector("decoder_bias", dictionary.BDec), encoder, Vector("r_mag", dictionary.RMag!), Vector("gate_bias", dictionary.BEnc), Vector("mag_bias", dictionary.BMag!), turned,
            ],
            DictionaryActivation.TopK =>
            [
                NamedTensor.Integers("k", new[] { dictionary.K }), new NamedTensor("threshold", new[] { -1f }),
                turned, encoder, Vector("encoder.bias", dictionary.BEnc), Vector("b_dec", dictionary.BDec),
            ],
            _ => [Vector("bias", dictionary.BDec), encoder, Vector("encoder.bias", dictionary.BEnc), turned],
        };
    }

    private static JsonObject Config(SparseAutoencoder dictionary, ExportedFacts facts)
    {
        var (type, trainer) = dictionary.Activation switch
        {
            DictionaryActivation.Gated => ("GatedAutoEncoder", "GatedSAETrainer"),
            DictionaryActivation.TopK => ("AutoEncoderTopK", "TopKTrainer"),
            DictionaryActivation.JumpRelu => ("JumpReluAutoEncoder", "JumpReluTrainer"),
            _ => ("AutoEncoder", "StandardTrainer"),
        };
        var config = new JsonObject
        {
            ["dict_class"] = type,
            ["trainer_class"] = trainer,
            ["activation_dim"] = dictionary.Inputs,
            ["dict_size"] = dictionary.Features,
            ["layer"] = facts.Layer,
            ["lm_name"] = facts.ModelName,
            ["submodule_name"] = Submodule(dictionary.Site),
            ["exported_by"] = facts.Exporter,
        };
        if (dictionary.Activation == DictionaryActivation.TopK)
        {
            config["k"] = dictionary.K;
        }

        return new JsonObject
        {
            ["trainer"] = config,
            ["buffer"] = new JsonObject { ["d_submodule"] = dictionary.Inputs, ["io"] = "out", ["ctx_len"] = facts.ContextSize, ["device"] = "cpu" },
        };
    }

    // Its own names are of residual streams alone; for the others, TransformerLens' name says which place it is.
    private static string? Submodule(Site? site) => site?.Kind switch
    {
        null => null,
        SiteKind.ResidPost => FormattableString.Invariant($"resid_post_layer_{site.Layer}"),
        _ => site.HookName,
    };

    /// <summary>W_enc (x − b_dec) + b_enc = W_enc x + (b_enc − W_enc b_dec); [m].</summary>
    private static float[] Uncentred(SparseAutoencoder dictionary)
    {
        var bias = dictionary.BEnc.Span().ToArray();
        for (var feature = 0; feature < bias.Length; feature++)
        {
            bias[feature] -= TensorPrimitives.Dot<float>(dictionary.EncoderRow(feature), dictionary.BDec.Span());
        }

        return bias;
    }

    /// <summary>[n, m].</summary>
    private static FloatBuffer Turned(SparseAutoencoder dictionary)
    {
        var (n, m) = (dictionary.Inputs, dictionary.Features);
        var turned = new FloatBuffer((long)n * m);
        for (var feature = 0; feature < m; feature++)
        {
            var row = dictionary.DecoderRow(feature);
            for (var j = 0; j < n; j++)
            {
                turned.Pointer[((nint)j * m) + feature] = row[j];
            }
        }

        return turned;
    }
}
