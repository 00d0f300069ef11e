using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Names;

/// <summary>The names that models and dictionaries have at this moment, as one run meets them: in the database, in the data folder, and in the plans of other runs.</summary>
internal sealed class TakenNames
{
    private readonly FeatureDatabase _database;
    private readonly RunConfiguration _run;
    private readonly DataFolder _folder;
    private readonly IReadOnlyList<ModelInfo> _models;
    private readonly List<DictionaryInfo> _dictionaries;
    private readonly List<(RunInfo Run, RunConfiguration Configuration)> _all;
    private readonly List<(RunInfo Run, RunConfiguration Configuration)> _reserving;
    private readonly Lazy<(string? Corpus, string? Model, TransformerConfig? Config, long HeldOut)> _made;
    private readonly StageFolders _folders;

    /// <param name="database">Of the data folder.</param>
    /// <param name="runs">The latest runs.</param>
    /// <param name="run">What the run is asked to do.</param>
    /// <param name="reserved">Whether names that other runs will use count as taken.</param>
    /// <param name="cancellation">Stops looking for the files of the run's corpus.</param>
    public TakenNames(FeatureDatabase database, IReadOnlyList<RunInfo> runs, RunConfiguration run, bool reserved, CancellationToken cancellation)
    {
        (_database, _run, _folder) = (database, run, database.Folder);
        var store = new FeatureStore(database);
        _models = store.Models();
        _dictionaries = [.. store.Dictionaries().Where(dictionary => Alike(dictionary.Model, run.Model) && dictionary.Forming is null)];
        _all = [.. runs.Select(other => (Run: other, Configuration: RunConfigurationJson.Of(other)!)).Where(static other => other.Configuration is not null)];
        _reserving = reserved ? [.. _all.Where(static other => RunMoves.ReservesNames(other.Run.Status))] : [];
        _made = new(() => Made(cancellation));
        _folders = new StageFolders(database);
        Models = Set(_models.Select(static model => model.Name).Concat(Finished(_folder.Models, ModelStage.RecordName)).Concat(_reserving.Select(static other => other.Configuration.Model)));
        Names = Set(_dictionaries.Select(static dictionary => dictionary.Name)
            .Concat(Finished(_folder.Dictionaries(run.Model), DictionaryStage.RecordName))
            .Concat(_reserving.Where(other => Alike(other.Configuration.Model, run.Model)).SelectMany(static other => other.Configuration.Dictionaries.Select(static d => d.Name))));
    }

    /// <summary>Names of models that are taken.</summary>
    public IReadOnlySet<string> Models { get; }

    /// <summary>Names of dictionaries of the run's model that are taken.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>What the name of the run's model stands for.</summary>
    public NameState Model()
    {
        var name = _run.Model;
        if (Models.FirstOrDefault(other => Alike(other, name) && other != name) is { } similar)
        {
            return NameState.Taken($"There is a model {similar}, and a name may not differ from it in capital letters alone.", false);
        }

        if (!Models.Contains(name) && !StageRecord.Exists(_folder.Model(name), ModelStage.StartedName))
        {
            return NameState.Unused;
        }

        var info = _models.FirstOrDefault(model => model.Name == name);
        if (info?.Origin is not null)
        {
            return NameState.Own;
        }

        if (info?.Note is not null)
        {
            return NameState.Taken($"The features of {name} were imported, and a model that is trained has a name of its own.", false);
        }

        var finished = info is not null || StageRecord.Exists(_folder.Model(name), ModelStage.RecordName);
        return IsOwnModel(info) ? NameState.Own
            : finished ? NameState.Taken($"The model {name} is there, trained with other settings or on other text.", true)
            : Reserved(other => other.Model == name, SameModel, $"the model {name}");
    }

    /// <summary>Finished dictionaries of the run's model that the run does not make.</summary>
    public IReadOnlyList<string> OtherDictionaries() =>
        [.. _dictionaries.Where(dictionary => _run.Dictionaries.All(own => own.Name != dictionary.Name)).Select(static dictionary => dictionary.Id)];

    /// <summary>What the name of a dictionary of the run stands for.</summary>
    public NameState Dictionary(DictionarySettings settings)
    {
        var id = $"{_run.Model}/{settings.Name}";
        if (Names.FirstOrDefault(other => Alike(other, settings.Name) && other != settings.Name) is { } similar)
        {
            return NameState.Taken($"There is a dictionary {_run.Model}/{similar}, and a name may not differ from it in capital letters alone.", false);
        }

        if (!Names.Contains(settings.Name))
        {
            return NameState.Unused;
        }

        var info = _dictionaries.FirstOrDefault(dictionary => dictionary.Name == settings.Name);
        if (info is null && !StageRecord.Exists(_folder.Dictionary(_run.Model, settings.Name), DictionaryStage.RecordName))
        {
            return Reserved(other => other.Model == _run.Model && other.Dictionaries.Any(d => d.Name == settings.Name), other => SameModel(other) && Makes(other, settings), id);
        }

        return IsOwn(info, settings) ? NameState.Own : NameState.Taken($"{id} is there, trained with other settings or indexed on other tokens.", true);
    }

    // With the corpus at hand the fingerprints tell; without it, only the settings of the runs that made what is there.
    private bool IsOwnModel(ModelInfo? info)
    {
        var (corpus, fingerprint, _, _) = _made.Value;
        var folder = _folder.Model(info?.Folder ?? _run.Model);
        if (fingerprint is not null && (StageRecord.Exists(folder, ModelStage.RecordName) || StageRecord.Exists(folder, ModelStage.StartedName)))
        {
            return StageRecord.Has(folder, ModelStage.RecordName, fingerprint) || (info is null && StageRecord.Has(folder, ModelStage.StartedName, fingerprint));
        }

        return (info is null ? corpus is not null : info.CorpusHash == corpus) && _all.Any(other => other.Configuration.Model == _run.Model && SameModel(other.Configuration));
    }

    private bool IsOwn(DictionaryInfo? info, DictionarySettings settings)
    {
        var (corpus, fingerprint, config, heldOut) = _made.Value;
        var folder = _folder.Dictionary(_run.Model, info?.Folder ?? settings.Name);
        return fingerprint is not null && config is not null && StageRecord.Exists(folder, DictionaryStage.RecordName)
            ? StageRecord.Has(folder, DictionaryStage.RecordName, DictionaryStage.Fingerprint(fingerprint, config, _run, settings))
                && (info is null || info.Provenance.Tokens == Math.Min(_run.IndexTokens, heldOut))
            : (info is null || info.Provenance.CorpusHash == corpus)
                && _all.Any(other => other.Configuration.Model == _run.Model && SameModel(other.Configuration) && Makes(other.Configuration, settings));
    }

    private NameState Reserved(Func<RunConfiguration, bool> names, Func<RunConfiguration, bool> same, string what)
    {
        var other = _reserving.FirstOrDefault(other => names(other.Configuration) && !same(other.Configuration));
        return other.Run is { } run
            ? NameState.Taken($"Run {run.Id}, which {RunMoves.Words(run.Status)}, makes {what} with other settings.", !run.Active)
            : _reserving.Any(own => names(own.Configuration)) ? NameState.Own : NameState.Unused;
    }

    private bool SameModel(RunConfiguration other) =>
        other.Corpus.SequenceEqual(_run.Corpus) && other.Keep == _run.Keep && other.Seed == _run.Seed && other.HeldOutTokens == _run.HeldOutTokens
        && other.Transformer == _run.Transformer && other.Control == _run.Control;

    private bool Makes(RunConfiguration other, DictionarySettings settings) =>
        other.EvaluationTokens == _run.EvaluationTokens && other.IndexTokens == _run.IndexTokens
        && other.Dictionaries.Any(made => Plain(made, other.Seed) == Plain(settings, _run.Seed));

    private static DictionarySettings Plain(DictionarySettings settings, ulong seed) => settings with { NameIsDefault = false, Seed = settings.Seed ?? seed };

    /// <summary>The fingerprints of what the run would make, as far as its corpus is there to tell.</summary>
    private (string? Corpus, string? Model, TransformerConfig? Config, long HeldOut) Made(CancellationToken cancellation)
    {
        if (_models.FirstOrDefault(model => model.Name == _run.Model) is { Origin: not null } imported)
        {
            return OnImported(imported);
        }

        List<string> ids;
        try
        {
            var stage = new CorpusStage(_folder, new CorpusStore(_database), static _ => { });
            ids = [.. stage.IdsOf(_run, _all.Select(static other => other.Configuration.Corpus), cancellation)];
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return default; // the run itself says what is wrong with its text
        }

        if (ids.FirstOrDefault(each => Directory.Exists(_folder.Corpus(each))) is not { } id)
        {
            return (ids[0], null, null, 0);
        }

        try
        {
            using var corpus = TokenizedCorpus.Open(_folder.Corpus(id));
            return (id, ModelStage.Fingerprint(corpus, _run), _run.Transformer.Config(corpus.Tokenizer.VocabularySize), corpus.HeldOut.Count);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return (id, null, null, 0); // damaged: the run builds it again
        }
    }

    private (string? Corpus, string? Model, TransformerConfig? Config, long HeldOut) OnImported(ModelInfo model)
    {
        try
        {
            using var corpus = TokenizedCorpus.Open(_folder.Corpus(model.CorpusHash));
            return (model.CorpusHash, ImportedModels.Fingerprint(corpus, model.Origin!.Weights), new ImportedModels(_database).Config(model), corpus.HeldOut.Count);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return (model.CorpusHash, null, null, 0); // the run itself says what is wrong with it
        }
    }

    private static IEnumerable<string> Finished(string folder, string record) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder).Where(each => StageRecord.Exists(each, record)).Select(StageFolders.NameOf)
        : [];

    private static HashSet<string> Set(IEnumerable<string> names) => new(names, StringComparer.OrdinalIgnoreCase);

    private static bool Alike(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
