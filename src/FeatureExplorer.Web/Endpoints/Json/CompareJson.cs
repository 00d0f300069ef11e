using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>Two features or neurons beside each other; null stands for what cannot be compared.</summary>
/// <param name="Left">"A/1/12".</param>
/// <param name="Right">"B/1/34".</param>
/// <param name="Context">Name of the context that colours them.</param>
/// <param name="Problem">Why something is missing.</param>
/// <param name="Direction">Cosine of the decoder vectors.</param>
/// <param name="Activations">Token by token.</param>
/// <param name="LogitWeights">By token of the vocabulary.</param>
public sealed record CompareJson(
    string Left, string Right, string Context, string? Problem, double? Direction, UnitComparison? Activations, CompareJson.Weights? LogitWeights)
{
    public static CompareJson Of(ComparedUnits pair, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return new CompareJson(
            pair.LeftId, pair.RightId, pair.Context.Name, pair.Result.Problem, pair.Result.Direction, pair.Result.Activations,
            pair.Result.Weights is { } weights
                ? new Weights(weights.Pearson, [.. weights.Weights.Select(w => new Weight(text.Of(w.Token), w.Token, w.Left, w.Right, w.Inside))])
                : null);
    }

    /// <summary>The logit weights of both and their Pearson correlation.</summary>
    public sealed record Weights(double Pearson, IReadOnlyList<Weight> Tokens);

    /// <summary>The logit weights of a token.</summary>
    /// <param name="Inside">Share of its occurrences inside the context; null for a token that does not occur.</param>
    public sealed record Weight(string Token, int Id, float Left, float Right, double? Inside);
}
