using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Steering;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>Samples without and with pinned features, as JSON.</summary>
/// <param name="Id">The feature, such as "A/1/2357".</param>
/// <param name="Prompt">What the model went on with.</param>
/// <param name="Strength">Multiple of the feature's largest activation at which it is held.</param>
/// <param name="Context">Name of the context that the samples are judged by, or null.</param>
/// <param name="Pins">All features that are held, with the activations.</param>
/// <param name="Base">Samples from the model as it is.</param>
/// <param name="Steered">Samples with the pins.</param>
/// <param name="BaseInContext">Share of all generated tokens of <paramref name="Base"/> inside the context.</param>
/// <param name="SteeredInContext">The same of <paramref name="Steered"/>.</param>
/// <param name="BaseLoss">Mean loss of the generated tokens of <paramref name="Base"/> under the model as it is, nats.</param>
/// <param name="SteeredLoss">The same of <paramref name="Steered"/>: how coherent they are.</param>
/// <param name="Curve">Share and loss at every strength, where they are asked for.</param>
/// <param name="Provenance">What the dictionary was made from.</param>
public sealed record SteeringJson(
    string Id, string Prompt, double Strength, string? Context, IReadOnlyList<Pin> Pins, IReadOnlyList<SteeringJson.Sample> Base, IReadOnlyList<SteeringJson.Sample> Steered,
    double? BaseInContext, double? SteeredInContext, double? BaseLoss, double? SteeredLoss, IReadOnlyList<SteeringPoint>? Curve, Provenance Provenance)
{
    /// <summary>The answer to a request.</summary>
    public static SteeringJson Of(DictionaryInfo dictionary, int index, SteeringQuery query, SteeringAnswer answer, IReadOnlyList<SteeringPoint>? curve, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(answer);
        return new SteeringJson(
            $"{dictionary.Id}/{index}", query.Prompt, query.Strength, answer.Context?.Name, answer.Pins, Samples(answer.Base, text), Samples(answer.Steered, text),
            answer.Base.InContext, answer.Steered.InContext, answer.Base.Loss, answer.Steered.Loss, curve, dictionary.Provenance);
    }

    private static IReadOnlyList<Sample> Samples(SteeredSamples samples, TokenText text) => [.. samples.Samples.Select(sample => new Sample(
        text.Written([.. sample.Tokens]),
        [.. sample.Tokens.Select((token, i) => new Token(text.Of(token), token, sample.Losses[i], sample.Activations[i], sample.Ratios?[i], sample.Inside?[i]))],
        sample.InContext, sample.Loss))];

    /// <summary>A generated text.</summary>
    /// <param name="Text">The generated text itself: line breaks as such, U+FFFD for bytes that are no text.</param>
    /// <param name="Tokens">The generated tokens.</param>
    /// <param name="InContext">Share of them inside the context; null without tokens or a context.</param>
    /// <param name="Loss">Their mean loss under the model as it is, nats.</param>
    public sealed record Sample(string Text, IReadOnlyList<Token> Tokens, double? InContext, double? Loss);

    /// <summary>A generated token.</summary>
    /// <param name="Text">As people can read it.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Loss">Its loss under the model as it is, nats.</param>
    /// <param name="Activation">How strongly the feature fires on it without any pin.</param>
    /// <param name="Ratio">The context's log-likelihood ratio, nats.</param>
    /// <param name="Inside">Whether it is inside the context.</param>
    public sealed record Token(string Text, int Id, float Loss, float Activation, float? Ratio, bool? Inside);
}
