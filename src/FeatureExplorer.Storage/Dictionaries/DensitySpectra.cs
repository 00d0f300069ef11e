using System.Collections.Concurrent;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>The density spectra of published dictionaries, feature by feature, from their index and weights; the last few are kept.</summary>
public sealed class DensitySpectra(DataFolder folder, ExplorerData data)
{
    private const int Kept = 8;

    private readonly ConcurrentDictionary<string, IReadOnlyList<FeatureDensity>> _known = [];

    /// <summary>The spectrum of a dictionary [m]; null where it has no index or no weights of its own here: an import, or the neurons.</summary>
    public IReadOnlyList<FeatureDensity>? Of(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        if (dictionary.AreNeurons || dictionary.Source is not null)
        {
            return null;
        }

        var key = $"{dictionary.Id} {dictionary.Stamp}";
        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        if (data.Open(dictionary).Ask((index, _) => Read(dictionary, index)) is not { } read)
        {
            return null;
        }

        if (_known.Count >= Kept)
        {
            _known.Clear();
        }

        return _known.GetOrAdd(key, read);
    }

    private IReadOnlyList<FeatureDensity> Read(DictionaryInfo dictionary, ActivationIndex index)
    {
        using var weights = SparseAutoencoder.Load(folder.Dictionary(dictionary));
        return FeatureDensity.Spectrum(weights, [.. Enumerable.Range(0, weights.Features).Select(index.Count)], index.Tokens);
    }
}
