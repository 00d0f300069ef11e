using FeatureExplorer.Analysis;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;

namespace FeatureExplorer.Web.Features;

/// <summary>Says of a model, a dictionary or a feature that an address names and that does not exist what there is: the same on pages and over the API.</summary>
public static class Absent
{
    /// <summary>"There is no model C; there are A and B."</summary>
    public static string Model(FeatureStore store, string model)
    {
        ArgumentNullException.ThrowIfNull(store);
        List<string> known = [.. store.Models().Select(static m => m.Name), .. store.Dictionaries().Select(static d => d.Model)];
        return $"There is no model {AddressException.Shown(model)}; {(known.Count == 0 ? "none has been trained or imported yet" : Wording.ThereAre(known))}.";
    }

    /// <summary>"There is no dictionary A/7. Model A has A/0, A/1 and its neurons A/neurons."</summary>
    public static string Dictionary(FeatureStore store, string model, string name)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store.FindModel(model) is null && store.Dictionaries().All(d => d.Model != model))
        {
            return $"There is no dictionary {AddressException.Shown(model)}/{AddressException.Shown(name)}. {Model(store, model)}";
        }

        return $"There is no dictionary {model}/{AddressException.Shown(name)}. {Existing(store, model)}";
    }

    /// <summary>The dictionaries of a model in a sentence: "Model A has A/0, A/1 and its neurons A/neurons."</summary>
    public static string Existing(FeatureStore store, string model)
    {
        ArgumentNullException.ThrowIfNull(store);
        List<string> known = [.. store.Dictionaries().Where(d => d.Model == model).Select(static d => d.Id).Order(NaturalOrder.Names)];
        var neurons = store.NeuronsOf(model) is { } units ? $"its neurons {units.Id}" : null;
        return known.Count == 0 && neurons is null ? $"Model {model} has no dictionary yet."
            : $"Model {model} has {(known.Count == 0 ? $"no dictionary yet, but {neurons}" : Wording.Listed(known, neurons))}.";
    }

    /// <summary>"There is no feature A/1/9999. Dictionary A/1 has features 0 to 511."</summary>
    public static string Feature(FeatureStore store, string model, string name, int index)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.FindDictionary(model, name) is { } dictionary ? Feature(dictionary, index) : Dictionary(store, model, name);
    }

    /// <summary>The same of a dictionary that is there.</summary>
    public static string Feature(DictionaryInfo dictionary, int index)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return $"There is no {(dictionary.AreNeurons ? "neuron" : "feature")} {dictionary.Id}/{index}. {FeatureRange.Sentence(dictionary)}";
    }

    /// <summary>The same of a feature or neuron as people write it.</summary>
    public static string Unit(FeatureStore store, string? id) => UnitId.Parse(id) is { } unit
        ? Feature(store, unit.Model, unit.Name, unit.Index)
        : $"“{AddressException.Shown(id ?? string.Empty)}” is no feature: write model, dictionary and index, such as A/1/12 or A/neurons/83.";
}
