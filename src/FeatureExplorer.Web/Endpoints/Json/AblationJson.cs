using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>What removing a feature does in its top examples.</summary>
public sealed record AblationJson(int Measured, double Effect, double Helped, double? Control, IReadOnlyList<AblationJson.Window> Examples)
{
    public static AblationJson Of(AblationReport report, TokenText text) => new(
        report.Measured, report.Effect, report.Helped, report.Control,
        [.. report.Examples.Select(example => new Window(
            example.Position,
            [.. example.Tokens.Select(token => new Change(token.At, token.Effect, Named(token.Promoted, text), Named(token.Suppressed, text)))]))]);

    private static FeatureJson.WeightedToken[] Named(IReadOnlyList<TokenWeight> weights, TokenText text) =>
        [.. weights.Select(weight => new FeatureJson.WeightedToken(text.Of(weight.Token), weight.Token, weight.Weight))];

    /// <summary>One example.</summary>
    public sealed record Window(long Position, IReadOnlyList<Change> Tokens);

    /// <summary>What the removal changes about the prediction of the token at an index of the example.</summary>
    public sealed record Change(
        int At, float Effect, IReadOnlyList<FeatureJson.WeightedToken> Promoted, IReadOnlyList<FeatureJson.WeightedToken> Suppressed);
}
