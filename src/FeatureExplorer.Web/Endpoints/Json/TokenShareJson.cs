using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>A token and how much of a feature's activations it has.</summary>
/// <param name="Token">Its text.</param>
/// <param name="Id">Its id.</param>
/// <param name="Count">Number of activations.</param>
/// <param name="Mass">Sum of activations.</param>
/// <param name="Occurrences">How often the token occurs among the indexed tokens.</param>
public sealed record TokenShareJson(string Token, int Id, long Count, double Mass, long Occurrences)
{
    public static IReadOnlyList<TokenShareJson> Of(IEnumerable<TokenShare> shares, TokenText text) =>
        [.. shares.Select(s => new TokenShareJson(text.Of(s.Token), s.Token, s.Count, s.Mass, s.Occurrences))];
}
