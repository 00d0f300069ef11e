using System.Diagnostics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>A run that imports: a model with its text, then dictionaries of it. What is finished stays when it is stopped, and is passed over when it goes on.</summary>
/// <param name="database">Where they are published.</param>
/// <param name="time">For the time of creation.</param>
/// <param name="warn">Receives problems that do not stop it.</param>
/// <param name="backend">Where it computes.</param>
public sealed class ImportPipeline(FeatureDatabase database, TimeProvider time, Action<string> warn, IComputeBackend backend)
{
    private readonly FeatureStore _store = new(database);

    /// <summary>Stages that it reports.</summary>
    public static int StagesOf(ImportSettings import)
    {
        ArgumentNullException.ThrowIfNull(import);
        return (import.ModelPath is null ? 0 : ModelImporter.Stages) + (import.DictionaryPath is null ? 0 : DictionaryImporter.Stages);
    }

    /// <summary>Whether the model of a run is there already, because the run was stopped after it.</summary>
    public static bool HasModel(FeatureStore store, RunConfiguration run) =>
        run.Import?.ModelPath is { } path && store.FindModel(run.Model)?.Origin is { } origin && origin.Files == ModelImporter.NameOf(path);

    /// <summary>Imports everything.</summary>
    /// <exception cref="ArgumentException">A name is taken, or a choice does not work.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or cannot be used here.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public RunResult Run(RunConfiguration run, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            return Import(run, progress, cancellation);
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException or FileNotFoundException)
        {
            // Anyone may read of a run; where the server keeps files is nobody's business.
            throw new InvalidDataException(Hidden(failure.Message, run.Import), failure);
        }
    }

    /// <summary>A text without the folders that the files of an import lie in.</summary>
    public static string Hidden(string text, ImportSettings? import)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var path in new[] { import?.ModelPath, import?.TokenizerPath, import?.DictionaryPath }.OfType<string>().OrderByDescending(static path => path.Length))
        {
            text = text.Replace(path, ModelImporter.NameOf(path), StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>A configuration that anyone may read.</summary>
    public static RunConfiguration Hidden(RunConfiguration run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Import is not { } import ? run : run with
        {
            Import = import with { ModelPath = Name(import.ModelPath), TokenizerPath = Name(import.TokenizerPath), DictionaryPath = Name(import.DictionaryPath) },
        };

        static string? Name(string? path) => path is null ? null : ModelImporter.NameOf(path);
    }

    private RunResult Import(RunConfiguration run, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var import = run.Import ?? throw new ArgumentException("The run imports nothing.", nameof(run));
        var stages = new StageProgress(StagesOf(import), progress);
        IReadOnlyList<string> dictionaries = import.DictionaryPath is { } path ? DictionaryImport.Find(path) : [];
        if (import.ModelPath is not null && !HasModel(_store, run))
        {
            var made = new ModelImporter(database, time, warn, backend).Run(RequestOf(run) with { Dictionaries = dictionaries }, stages, cancellation);
            Tell(stages, [.. made.Found.Origin.Notes, .. made.Warnings]);
        }

        foreach (var dictionary in dictionaries)
        {
            Dictionary(run, dictionary, stages, cancellation);
        }

        var model = _store.FindModel(run.Model) ?? throw new ArgumentException($"There is no model {run.Model}.");
        using var process = Process.GetCurrentProcess();
        return new RunResult(
            new ModelResult(run.Model, model.HeldOutLoss, model.TrainingTokens, model.TokensPerSecond), [], Stopwatch.GetElapsedTime(start).TotalSeconds, process.PeakWorkingSet64);
    }

    /// <summary>The model's part of a run, without its dictionaries.</summary>
    public static ModelImportRequest RequestOf(RunConfiguration run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new ModelImportRequest
        {
            Path = run.Import!.ModelPath!,
            Tokenizer = run.Import.TokenizerPath,
            Name = run.Model,
            NameIsReserved = true,
            Corpus = run.Corpus,
            Keep = run.Keep,
            Context = run.Import.Context,
            Site = run.Import.Site,
            HeldOutTokens = run.HeldOutTokens,
        };
    }

    private void Dictionary(RunConfiguration run, string path, StageProgress stages, CancellationToken cancellation)
    {
        var request = new DictionaryImportRequest { Path = path, Model = run.Model, Site = run.Import!.Site, Ablates = run.Import.Ablates };
        var importer = new DictionaryImporter(database, time, warn, backend);
        var found = importer.Check(request, cancellation);
        if (_store.Dictionaries().FirstOrDefault(dictionary => dictionary.Model == run.Model && dictionary.Origin?.Sha256 == found.Origin.Sha256) is { } there)
        {
            stages.Begin("Reading the dictionary");
            stages.End($"{there.Id} has the same weights and is passed over");
            return;
        }

        var made = importer.Run(request, stages, cancellation);
        Tell(stages, [.. made.Found.Origin.Notes, .. made.Found.Origin.Warnings]);
    }

    private static void Tell(StageProgress stages, IReadOnlyList<string> sentences)
    {
        foreach (var sentence in sentences)
        {
            stages.Note(Storage.Runs.RunEventKind.Stage, sentence);
        }
    }
}
