using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>The logit update at a token of a text, taken apart.</summary>
/// <param name="Dictionary">Such as "A/1".</param>
/// <param name="Tokens">The text's tokens; the first is the end-of-text mark.</param>
/// <param name="Ids">Their ids.</param>
/// <param name="Token">Number of the token, from 0.</param>
/// <param name="LayerNorm">How the last layer norm's scale is taken.</param>
/// <param name="InverseDeviation">1/σ of the last layer norm at this token.</param>
/// <param name="Update">The real update.</param>
/// <param name="Terms">Its terms, by the size of their share.</param>
/// <param name="Difference">Largest difference, over the vocabulary, of the sum of the terms from the real update.</param>
public sealed record DecompositionJson(
    string Dictionary, IReadOnlyList<string> Tokens, IReadOnlyList<int> Ids, int Token, string LayerNorm, double InverseDeviation, DecompositionJson.Whole Update,
    IReadOnlyList<DecompositionJson.Term> Terms, double Difference)
{
    public static DecompositionJson Of(string dictionary, LogitDecomposition found, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(text);
        return new DecompositionJson(
            dictionary, [.. found.Tokens.Select(text.Of)], found.Tokens, found.Position, "exact: sigma as it is at this token", found.InverseDeviation,
            new Whole(found.Norm, found.Next, TokenWeightJson.Of(found.Promoted, text), TokenWeightJson.Of(found.Suppressed, text)),
            [.. found.Terms.Select(term => new Term(
                term.Kind, term.Feature is { } feature ? $"{dictionary}/{feature}" : null, term.Activation, term.Share, term.Next, term.Norm,
                TokenWeightJson.Of(term.Promoted, text), TokenWeightJson.Of(term.Suppressed, text)))],
            found.Difference);
    }

    /// <summary>The update as a whole: its length, what it adds to the next token's logit, and the tokens that it raises and lowers most.</summary>
    public sealed record Whole(double Norm, double? Next, IReadOnlyList<TokenWeightJson> Promoted, IReadOnlyList<TokenWeightJson> Suppressed);

    /// <summary>Part of the update; the shares of all parts add up to 1.</summary>
    public sealed record Term(
        LogitTermKind Kind, string? Feature, float Activation, double Share, double? Next, double Norm, IReadOnlyList<TokenWeightJson> Promoted,
        IReadOnlyList<TokenWeightJson> Suppressed);
}
