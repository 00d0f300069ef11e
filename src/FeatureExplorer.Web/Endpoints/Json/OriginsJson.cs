using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>Where a feature fires; null stands for what a feature that never fires does not have.</summary>
/// <param name="Id">The feature: "A/1/12".</param>
/// <param name="Activations">Number of activations.</param>
/// <param name="Tokens">Tokens that it fires on, most activations first.</param>
/// <param name="DifferentTokens">On how many different tokens it fires.</param>
/// <param name="Previous">Tokens before those that it fires on.</param>
/// <param name="Positions">By position in the document.</param>
/// <param name="Domains">By domain.</param>
/// <param name="ExplainedByToken">Share of the activation's variance that the token's identity explains.</param>
/// <param name="ExplainedByPrevious">The same for the token before it.</param>
/// <param name="ExplainedByDomain">The same for the document's domain.</param>
/// <param name="ExplainedByPosition">The same for the position.</param>
/// <param name="Single">The token with the most activation.</param>
/// <param name="Provenance">What was counted.</param>
public sealed record OriginsJson(
    string Id, long Activations, IReadOnlyList<TokenShareJson> Tokens, int DifferentTokens, IReadOnlyList<TokenShareJson> Previous, IReadOnlyList<GroupShare> Positions,
    IReadOnlyList<GroupShare> Domains, double? ExplainedByToken, double? ExplainedByPrevious, double? ExplainedByDomain, double? ExplainedByPosition, OriginsJson.SingleToken? Single,
    Provenance Provenance)
{
    public static OriginsJson Of(DictionaryInfo dictionary, int index, FeatureOrigins? origins, TokenText text) => new(
        $"{dictionary.Id}/{index}", origins?.Activations ?? 0, TokenShareJson.Of(origins?.Tokens ?? [], text), origins?.DifferentTokens ?? 0,
        TokenShareJson.Of(origins?.Previous ?? [], text), origins?.Positions ?? [], origins?.Domains ?? [], origins?.ExplainedByToken, origins?.ExplainedByPrevious,
        origins?.ExplainedByDomain, origins?.ExplainedByPosition, origins is null ? null : new SingleToken(
            text.Of(origins.Single.Token), origins.Single.Token, origins.Single.Test.OfTop, origins.Single.Test.Top, origins.Single.Test.IsSingle, origins.Single.Explained),
        dictionary.Provenance);

    /// <summary>A token, and how much a detector of it alone explains.</summary>
    /// <param name="OfTop">Top examples that are on it.</param>
    /// <param name="Top">Top examples.</param>
    /// <param name="IsSingle">Whether all of them are on it.</param>
    /// <param name="Explained">Share of the activation's variance that the detector explains.</param>
    public sealed record SingleToken(string Token, int Id, int OfTop, int Top, bool IsSingle, double Explained);
}
