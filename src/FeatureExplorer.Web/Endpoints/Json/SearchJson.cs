namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>What a search finds.</summary>
/// <param name="Kind">What the query was taken for.</param>
/// <param name="Text">What was searched.</param>
/// <param name="Named">Addresses of the features that the query names.</param>
/// <param name="Dictionaries">What each dictionary has.</param>
public sealed record SearchJson(string Kind, string Text, IReadOnlyList<string> Named, IReadOnlyList<SearchJson.Found> Dictionaries)
{
    /// <summary>What one dictionary has.</summary>
    /// <param name="Dictionary">"A/1".</param>
    /// <param name="Total">Features found.</param>
    /// <param name="Ranked">Whether the best come first; otherwise in the order of their numbers.</param>
    /// <param name="Features">The first of them.</param>
    public sealed record Found(string Dictionary, int Total, bool Ranked, IReadOnlyList<Row> Features);

    /// <summary>A feature.</summary>
    public sealed record Row(
        string Id, int Index, string Name, string NameSource, double Density, string? BestContext, IReadOnlyList<string> TopTokens, IReadOnlyList<string> TopLogits);
}
