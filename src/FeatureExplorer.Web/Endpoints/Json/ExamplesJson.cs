using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>One page of a feature's examples in a range of its activation.</summary>
/// <param name="Id">The feature: "A/1/12".</param>
/// <param name="From">Smallest activation of the range.</param>
/// <param name="To">Largest activation of the range; null for no limit.</param>
/// <param name="Order">How they are ordered.</param>
/// <param name="Seed">Decides which are drawn in random order.</param>
/// <param name="Count">Activations in the range, of the token where one was asked for.</param>
/// <param name="Mass">Their sum.</param>
/// <param name="InRange">Activations in the range, whatever the token.</param>
/// <param name="DifferentTokens">On how many different tokens they are.</param>
/// <param name="Tokens">The tokens with the most of them.</param>
/// <param name="Page">Number of the page, from 1.</param>
/// <param name="More">Whether another page follows.</param>
/// <param name="Folded">Examples that are left out because another one shows the same text.</param>
/// <param name="Examples">Those on the page.</param>
/// <param name="Provenance">What was counted.</param>
public sealed record ExamplesJson(
    string Id, float From, float? To, string Order, ulong Seed, int Count, double Mass, int InRange, int DifferentTokens, IReadOnlyList<TokenShareJson> Tokens, int Page,
    bool More, int Folded, IReadOnlyList<WindowJson> Examples, Provenance Provenance)
{
    public static ExamplesJson Of(DictionaryInfo dictionary, int index, ActivationSelection selection, SelectedActivations found, TokenText text) => new(
        $"{dictionary.Id}/{index}", selection.From, float.IsFinite(selection.To) ? selection.To : null, Urls.Word(selection.Order), selection.Seed, found.Count, found.Mass,
        found.InRange, found.DifferentTokens, TokenShareJson.Of(found.Tokens, text), found.Page, found.More, found.Folded, WindowJson.Of(found.Examples, text),
        dictionary.Provenance);
}
