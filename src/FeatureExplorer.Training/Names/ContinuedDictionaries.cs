using System.Globalization;
using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Imports;

namespace FeatureExplorer.Training.Names;

/// <summary>The finished dictionaries that those of a run go on from: what they are, and whether the run's settings are theirs.</summary>
/// <param name="database">Where they are published.</param>
public sealed class ContinuedDictionaries(FeatureDatabase database)
{
    private readonly FeatureStore _store = new(database);

    /// <summary>The run with the hashes of the weights that its dictionaries go on from.</summary>
    /// <exception cref="ArgumentException">There is no such dictionary, or the settings contradict it.</exception>
    public RunConfiguration Apply(RunConfiguration run)
    {
        var (applied, problems) = Check(run);
        return problems.Count == 0 ? applied : throw RunConfiguration.Refusal(problems);
    }

    /// <summary>The same, and what does not fit, by setting.</summary>
    public (RunConfiguration Run, IReadOnlyList<RunProblem> Problems) Check(RunConfiguration run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Dictionaries.All(static dictionary => dictionary.From is null && dictionary.FromWeights is null))
        {
            return (run, []);
        }

        var (problems, settled) = (new List<RunProblem>(), new List<DictionarySettings>());
        foreach (var (i, dictionary) in run.Dictionaries.Index())
        {
            var weights = dictionary.From is null ? null : WeightsFor(dictionary, run, string.Create(CultureInfo.InvariantCulture, $"dictionaries[{i}]"), problems);
            settled.Add(dictionary with { FromWeights = weights });
        }

        return (run with { Dictionaries = settled }, problems);
    }

    /// <summary>What a dictionary's files say.</summary>
    /// <param name="id">Its name, "G/1".</param>
    /// <exception cref="ArgumentException">There is none, or none with weights.</exception>
    public ContinuedSource Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var info = id.Split('/') is [var model, var name] ? _store.FindDictionary(model, name) : null;
        if (info is null)
        {
            var all = _store.Dictionaries().Where(static one => one is { Source: null, Forming: null }).Select(static one => one.Id).ToList();
            throw new ArgumentException($"There is no dictionary {id}; {(all.Count == 0 ? "none with weights has been trained or imported" : Wording.ThereAre(all))}.");
        }

        if (info.AreNeurons || info.Source is not null)
        {
            throw new ArgumentException($"{id} has no weights: its features are {(info.AreNeurons ? "the model's neurons" : "those that others published")}.");
        }

        if (info.Forming is not null)
        {
            throw new ArgumentException($"{id} is still in training: wait until it is finished.");
        }

        if (info.Variant == DictionaryImporter.MatchingPursuit)
        {
            throw new ArgumentException($"{id} finds its features by matching pursuit, which no recipe here trains: go on from another, or from none.");
        }

        var folder = database.Folder.Dictionary(info);
        try
        {
            var shape = DictionaryShape.Of(folder);
            var site = shape.Site ?? Site.Default(TransformerModel.ReadConfig(database.Folder.Model(info)));
            return new ContinuedSource(info, shape with { Site = site }, Safetensors.CarriedChecksum(Path.Combine(folder, SparseAutoencoder.WeightsFile)) ?? Hash(folder));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw new ArgumentException($"{id} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The weights that a dictionary goes on from; null where it begins anew. The caller disposes them.</summary>
    /// <exception cref="ArgumentException">They are not there any more.</exception>
    /// <exception cref="InvalidDataException">They are others than when the run was settled, or of another model.</exception>
    public SparseAutoencoder? Open(DictionarySettings settings, TransformerModel model)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(model);
        if (settings.From is not { } id)
        {
            return null;
        }

        var source = Find(id);
        using (var index = ActivationIndex.Open(database.Folder.Index(source.Info)))
        {
            if (index.Header.Model != model.Hash)
            {
                throw new InvalidDataException($"{id} was made on other weights of the model {source.Info.Model} than this run's: train a dictionary from its own start.");
            }
        }

        var dictionary = SparseAutoencoder.Load(database.Folder.Dictionary(source.Info));
        if (dictionary.Hash == settings.FromWeights)
        {
            return dictionary;
        }

        dictionary.Dispose();
        throw new InvalidDataException($"The weights of {id} are not those that this run was to go on from: restore them from a backup, or start a new run from those that are there.");
    }

    private string? WeightsFor(DictionarySettings dictionary, RunConfiguration run, string at, List<RunProblem> problems)
    {
        ContinuedSource source;
        try
        {
            source = Find(dictionary.From!);
        }
        catch (ArgumentException exception)
        {
            problems.Add(new RunProblem(at + ".from", exception.Message));
            return null;
        }

        problems.AddRange(Contradictions(dictionary, source).Select(problem => problem with { Field = $"{at}.{problem.Field}" }));
        if ((run.Replace || !dictionary.NameIsDefault) && string.Equals(dictionary.Name, source.Info.Name, StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(new RunProblem(at + ".name", $"The name is {dictionary.Name}, and {source.Info.Id}, from which training goes on, stays: choose another name, or none for the next free number{(run.Replace ? ", and let nothing be replaced" : string.Empty)}."));
        }

        return source.Weights;
    }

    private static IEnumerable<RunProblem> Contradictions(DictionarySettings dictionary, ContinuedSource source)
    {
        var (id, shape) = (source.Info.Id, source.Shape);
        if (shape.IsTranscoder)
        {
            yield return Problem("from", $"{id} is a transcoder: it reads {shape.Site} and writes {shape.OutputSite}, which no recipe here does: go on from another, or from none.");
        }

        if (shape.Normalisation != RowNormalisation.None)
        {
            yield return Problem("from", $"{id} normalises every token's activations ({shape.Normalisation}), which no recipe here does: go on from another, or from none.");
        }

        if (dictionary.Features != shape.Features)
        {
            yield return Problem("features", $"Features is {dictionary.Features:N0}, and {id}, from which training goes on, has {shape.Features:N0}: ask for {shape.Features}, or go on from none.");
        }

        if ($"{dictionary.Site}.{dictionary.Layer.ToString(CultureInfo.InvariantCulture)}" is var asked && asked != shape.Site!.ToString())
        {
            yield return Problem("site", $"The site is {asked}, and {id}, from which training goes on, reads {shape.Site}: ask for that site and layer, or go on from none.");
        }

        if (!source.Variants.Contains(dictionary.Variant))
        {
            yield return Problem("variant", $"The recipe is {dictionary.Variant}, and {id}, from which training goes on, has the activation {shape.Activation}: choose {string.Join(" or ", source.Variants)}.");
        }
        else if (shape.K > 0 && dictionary.K != shape.K)
        {
            yield return Problem("k", $"k is {dictionary.K}, and {id}, from which training goes on, keeps {shape.K} features of a token: ask for {shape.K}, or go on from none.");
        }
    }

    private static RunProblem Problem(string field, FormattableString message) => new(field, message.ToString(CultureInfo.InvariantCulture));

    private static string Hash(string folder)
    {
        using var dictionary = SparseAutoencoder.Load(folder);
        return dictionary.Hash;
    }
}
