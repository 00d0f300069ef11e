using System.Text.Json.Serialization;
using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Exploration;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>The saved contexts, or where a context that is given lies.</summary>
[JsonDerivedType(typeof(List))]
[JsonDerivedType(typeof(Preview))]
public abstract record ContextsJson
{
    private ContextsJson()
    {
    }

    /// <summary>The contexts that people have saved.</summary>
    public sealed record List(IReadOnlyList<SavedContext> Saved) : ContextsJson;

    /// <summary>Where a context lies in a dictionary's held-out text.</summary>
    /// <param name="Context">The context, as it was given.</param>
    /// <param name="Dictionary">Whose text it is: "A/1".</param>
    /// <param name="Count">Number of tokens inside.</param>
    /// <param name="Tokens">Number of held-out tokens.</param>
    /// <param name="Share">Share of the tokens inside.</param>
    /// <param name="Domains">Where its tokens are, most first.</param>
    /// <param name="Matches">Places inside; the activations are 1 for tokens inside, 0 for others.</param>
    public sealed record Preview(
        string Context, string Dictionary, long Count, long Tokens, double Share, IReadOnlyList<ContextPreview.Domain> Domains, IReadOnlyList<WindowJson> Matches)
        : ContextsJson
    {
        public static Preview Of(string context, string dictionary, ContextPreview preview, TokenText text) =>
            new(context, dictionary, preview.Count, preview.Tokens, preview.Share, preview.Domains, WindowJson.Of(preview.Matches, text));
    }
}
