using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>How much of a dictionary's directions nothing reads.</summary>
/// <param name="Dictionary">Such as "A/1".</param>
/// <param name="Features">By feature: the share of its direction.</param>
/// <param name="Measured">What activations, reconstruction and its error spend there, and the live features as a distribution; null where that has not been measured.</param>
/// <param name="Slices">Each neuron's row over all live features; null likewise.</param>
/// <param name="Provenance">What was counted.</param>
public sealed record UnreadJson(string Dictionary, IReadOnlyList<double> Features, UnreadFigures? Measured, NeuronSlices? Slices, Provenance Provenance)
{
    public static UnreadJson Of(DictionaryInfo dictionary, IReadOnlyList<double> shares, LogitUpdateFigures? figures)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return new UnreadJson(dictionary.Id, shares, figures?.Unread, figures?.Slices, dictionary.Provenance);
    }
}
