using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Exports;

/// <summary>What Neuronpedia calls a dictionary: names in small letters, digits and hyphens.</summary>
/// <param name="Model">Of the model: "a".</param>
/// <param name="Set">Of the set of sources: "mlp-post-1".</param>
/// <param name="Layer">The layer that it reads.</param>
public sealed record NeuronpediaNames(string Model, string Set, int Layer)
{
    /// <summary>Owner of all rows; whoever uploads them puts the id of an account in its place.</summary>
    public const string Creator = "featureexplorer";

    /// <summary>The source: layer, then set.</summary>
    public string Source => FormattableString.Invariant($"{Layer}-{Set}");

    /// <summary>The names of a dictionary.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="kind">Kind of its site: "mlp.post".</param>
    /// <param name="layer">Layer of its site.</param>
    public static NeuronpediaNames Of(DictionaryInfo dictionary, string kind, int layer)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return new NeuronpediaNames(Word(dictionary.Model), Word(dictionary.AreNeurons ? dictionary.Name : $"{kind}-{dictionary.Name}"), layer);
    }

    private static string Word(string text) => new([.. text.ToLowerInvariant().Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
}
