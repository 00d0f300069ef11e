using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Web.Models;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>A model with its architecture and all its dictionaries.</summary>
/// <param name="Model">Sizes, loss, text and origin.</param>
/// <param name="Parameters">Number of parameters; null where that is not known.</param>
/// <param name="Tokenizer">The kind of its tokenizer, as its file names it; null where it does not.</param>
/// <param name="Architecture">What it computes; null where its files are not here.</param>
/// <param name="Neurons">Its neurons as features, "A/neurons"; null where they have not been measured.</param>
/// <param name="Dictionaries">By number of features and name.</param>
public sealed record ModelDetailJson(
    ModelJson Model, long? Parameters, string? Tokenizer, ModelDetailJson.Computes? Architecture, string? Neurons, IEnumerable<DictionaryJson> Dictionaries)
{
    /// <param name="view">The model.</param>
    /// <param name="dictionaries">Its dictionaries.</param>
    public static ModelDetailJson Of(ModelView view, IEnumerable<DictionaryJson> dictionaries)
    {
        ArgumentNullException.ThrowIfNull(view);
        return new ModelDetailJson(ModelJson.Of(view.Info), view.Parameters, view.Tokenizer, view.Config is { } config ? Computes.Of(config) : null, view.Neurons?.Id, dictionaries);
    }

    /// <summary>What a model computes.</summary>
    /// <param name="Neurons">The function of the feed-forward layers' neurons.</param>
    /// <param name="Gated">Whether they are gated.</param>
    /// <param name="Norm">How a layer's input is normalised.</param>
    /// <param name="RotaryDimensions">Coordinates of a head that turn with the position; null for learned positions.</param>
    /// <param name="HeadSize">Coordinates of a head.</param>
    /// <param name="Parallel">Whether attention and neurons of a layer read the same stream.</param>
    /// <param name="TiedUnembedding">Whether the unembedding is the token embedding.</param>
    /// <param name="Windows">By layer, how many tokens a head sees, 0 for all; empty for all in every layer.</param>
    public sealed record Computes(NeuronKind Neurons, bool Gated, NormKind Norm, int? RotaryDimensions, int HeadSize, bool Parallel, bool TiedUnembedding, IReadOnlyList<int> Windows)
    {
        internal static Computes Of(TransformerConfig config)
        {
            var a = config.Architecture;
            return new Computes(a.Neurons, a.Gated, a.Norm, a.Rotary?.Dimensions, config.HeadSize, a.Parallel, a.TiedUnembedding, a.Windows);
        }
    }
}
