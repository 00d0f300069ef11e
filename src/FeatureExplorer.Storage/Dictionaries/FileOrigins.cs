using System.Collections.Concurrent;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>
/// Whether the files behind a dictionary's pages belong to it and to each other. Checksums beside a file move with it: only what the files say of their origin
/// tells when whole files have changed places. Reads headers alone.
/// </summary>
public static class FileOrigins
{
    // What was said of which file, by dictionary: said until its files belong together again.
    private static readonly ConcurrentDictionary<string, (string File, string Why)> Told = new(StringComparer.Ordinal);

    /// <summary>Compares the index of a published dictionary with the database, and every other file with the index.</summary>
    /// <exception cref="DamagedFileException">A file belongs to something else; the index is named where it does not fit the database, otherwise what does not fit the index.</exception>
    /// <exception cref="InvalidDataException">The index covers other tokens than the database says, as while a run makes it anew.</exception>
    /// <exception cref="IOException">There is no index.</exception>
    public static void Demand(DataFolder folder, DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(dictionary);
        if (dictionary.Source is null)
        {
            using var index = ActivationIndex.Open(folder.Index(dictionary));
            Demand(folder, dictionary, index);
        }
    }

    /// <summary>The same where the index may be missing: what is asked does not need it.</summary>
    /// <exception cref="DamagedFileException">A file belongs to something else.</exception>
    public static void DemandWhereIndexed(DataFolder folder, DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            Demand(folder, dictionary);
        }
        catch (Exception exception) when (exception is not DamagedFileException and (IOException or InvalidDataException or UnauthorizedAccessException))
        {
            // Without an index there is nothing to compare with.
        }
    }

    internal static void Demand(DataFolder folder, DictionaryInfo dictionary, ActivationIndex index)
    {
        var place = folder.Dictionary(dictionary);
        if (Stranger(folder, dictionary, index) is { } stranger)
        {
            Told[place] = stranger;
            throw DamagedFiles.Found(stranger.File, stranger.Why);
        }

        if (Told.TryRemove(place, out var settled))
        {
            DamagedFiles.Settled(settled.File, settled.Why);
        }
    }

    private static (string File, string Why)? Stranger(DataFolder folder, DictionaryInfo dictionary, ActivationIndex index)
    {
        var (header, forming) = (index.Header, dictionary.Forming is not null);
        var made = Made(folder, dictionary);
        var foreign = made.FirstOrDefault(file => file.Hash is not null && file.Hash != file.Expected(header));
        // An index in training is written anew before the database knows of it.
        var counted = forming || (header.Tokens == dictionary.Index.Tokens && header.Activations == dictionary.Index.Activations);
        if (header.Features != dictionary.Features || (foreign.File is not null && !counted))
        {
            return (index.Path, $"it is not the index of {dictionary.Id}: {(header.Features != dictionary.Features ? $"it has {header.Features} features instead of {dictionary.Features}" : $"it was made from another {foreign.Kind}")}");
        }

        if (foreign.File is not null)
        {
            return (foreign.File, $"it is not the {foreign.Kind} that the index of {dictionary.Id} was made from");
        }

        if (!counted && header.Tokens == dictionary.Index.Tokens)
        {
            return (index.Path, $"it is not the index of {dictionary.Id}: it has {header.Activations} activations instead of {dictionary.Index.Activations}");
        }

        return counted ? null : throw new InvalidDataException($"the index of {dictionary.Id} covers {header.Tokens} tokens, and what was published covers {dictionary.Index.Tokens}; run again what made it.");
    }

    /// <summary>What an index is made from: each file, what it is, its hash where it is there, and what the index says of it.</summary>
    private static IEnumerable<(string File, string Kind, string? Hash, Func<IndexHeader, string> Expected)> Made(DataFolder folder, DictionaryInfo dictionary)
    {
        if (!dictionary.AreNeurons && dictionary.Forming is null)
        {
            var weights = Path.Combine(folder.Dictionary(dictionary), SparseAutoencoder.WeightsFile);
            yield return (weights, "dictionary", Of(weights, Safetensors.CarriedChecksum), static header => header.Dictionary);
        }

        var model = Path.Combine(folder.Model(dictionary), TransformerModel.WeightsFile);
        yield return (model, "model", Of(model, Safetensors.CarriedChecksum), static header => header.Model);
        var tokenizer = folder.Tokenizer(dictionary);
        yield return (tokenizer, "tokenizer", Of(tokenizer, static file => TokenizerFiles.Load(file).Hash), static header => header.Tokenizer);
        var corpus = folder.Corpus(dictionary.Provenance.CorpusHash);
        yield return (Path.Combine(corpus, "corpus.json"), "corpus", Of(corpus, static at => TokenizedCorpus.Describe(at).Hash), static header => header.Corpus);
        var contexts = Path.Combine(folder.Contexts(dictionary), ContextSet.HeaderFile);
        yield return (contexts, "corpus", Of(Path.GetDirectoryName(contexts)!, static at => ContextSet.CorpusOf(at)), static header => header.Corpus);
    }

    // What is missing, or cannot be read, is told by those who need it.
    private static string? Of(string path, Func<string, string?> hash)
    {
        try
        {
            return Path.Exists(path) ? hash(path) : null;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
