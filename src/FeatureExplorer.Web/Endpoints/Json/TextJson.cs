using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>A text as a model and a dictionary read it, as JSON.</summary>
/// <param name="Dictionary">Such as "A/1".</param>
/// <param name="Tokens">All tokens; the first is the end-of-text mark.</param>
/// <param name="Left">Tokens at the text's end that did not fit the model's window.</param>
/// <param name="Provenance">What the dictionary was made from.</param>
public sealed record TextJson(string Dictionary, IReadOnlyList<TextJson.Token> Tokens, int Left, Provenance Provenance)
{
    /// <summary>The answer to a request.</summary>
    public static TextJson Of(DictionaryInfo dictionary, TextReading reading, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(text);
        return new TextJson(dictionary.Id, [.. reading.Tokens.Select((token, i) => new Token(
            text.Of(token), token, reading.Loss[i], reading.ReconstructionLoss[i], reading.LossWithout?[i], reading.Unexplained[i], reading.Features[i]))], reading.Left, dictionary.Provenance);
    }

    /// <summary>A token.</summary>
    /// <param name="Text">As people can read it.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Loss">The model's loss on it, nats; null for the first.</param>
    /// <param name="ReconstructionLoss">The loss with the reconstruction in the place of the activations.</param>
    /// <param name="LossWithout">The loss without the chosen feature; null when none is chosen.</param>
    /// <param name="Unexplained">The dictionary's error on it: ‖x − x̂‖² / ‖x − b_dec‖².</param>
    /// <param name="Features">The features that fire on it, strongest first.</param>
    public sealed record Token(
        string Text, int Id, float? Loss, float? ReconstructionLoss, float? LossWithout, float Unexplained, IReadOnlyList<ActiveFeature> Features);
}
