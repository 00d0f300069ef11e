using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// What takes more than one dictionary, or the model: neurons as features, the relations between the units of all dictionaries on the same
/// tokens, the effect of removing each, and what features do together. Only what is missing is computed; dictionaries without an index or a model are passed over.
/// </summary>
/// <param name="database">Where dictionaries are published.</param>
/// <param name="time">For the time of creation.</param>
/// <param name="backend">Where; null: the CPU engine.</param>
public sealed class RelateStage(FeatureDatabase database, TimeProvider time, IComputeBackend? backend = null)
{
    /// <summary>Stages that it reports.</summary>
    public const int Stages = 3 + SystemsStage.Stages;

    /// <summary>About 700 MB where one value in five is positive.</summary>
    private const long MostNeuronValues = 600_000_000;

    private readonly DataFolder _folder = database.Folder;
    private readonly UnitFiles _files = new(database.Folder);
    private readonly FeatureStore _store = new(database);
    private readonly RelationStore _relations = new(database);
    private readonly AblationStore _ablations = new(database);

    /// <summary>Whether the effect of removing each feature is measured, too, which takes longest.</summary>
    public bool Ablates { get; init; } = true;

    /// <summary>Computes whatever is missing.</summary>
    public void Run(StageProgress progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(progress);
        MeasureNeurons(progress, cancellation);
        RelateAll(progress, cancellation);
        if (Ablates)
        {
            AblateAll(progress, cancellation);
        }

        new SystemsStage(database).Run(progress, cancellation);
    }

    private void MeasureNeurons(StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Measuring neurons as features");
        // Neurons are measured on their model's own text alone.
        var own = _store.Models().ToDictionary(static model => model.Name, static model => model.CorpusHash);
        var models = _store.Dictionaries().Where(_files.Has).Where(d => d.Provenance.OtherText is null && own.GetValueOrDefault(d.Model) == d.Provenance.CorpusHash).GroupBy(d => d.Model).Select(group => group.MaxBy(d => d.Provenance.Tokens)!).ToList();
        foreach (var (number, dictionary) in models.Index())
        {
            if (TooManyNeurons(dictionary))
            {
                continue;
            }

            new NeuronStage(database, time, backend).Run(dictionary, Part(progress, number, models.Count), cancellation);
        }

        progress.End(Wording.Counted(_store.Neurons().Count, "model"));
    }

    /// <summary>
    /// Whether an index of a model's neurons would be out of proportion: those of imported models are many, and most functions are never silent. Their pages are left
    /// out then, and what compares features with neurons is not measured.
    /// </summary>
    private bool TooManyNeurons(DictionaryInfo dictionary) => _store.FindModel(dictionary.Model) is { } model && TooManyNeurons(model, dictionary.Provenance.Tokens);

    /// <summary>The same for so many tokens.</summary>
    internal static bool TooManyNeurons(ModelInfo model, long tokens) => model.Origin is not null && model.DMlp * tokens > MostNeuronValues;

    private void RelateAll(StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Relating features");
        var all = _store.Dictionaries().Concat(_store.Neurons()).Where(_files.Has).ToList();
        var pairs = all.SelectMany((left, i) => all.Skip(i).Select(right => (Left: left, Right: right))).Where(pair => Compared(pair.Left, pair.Right)).ToList();
        foreach (var (number, (left, right)) in pairs.Index())
        {
            if (!_relations.Has(left, right) || !_relations.Has(right, left))
            {
                Relate(left, right, Part(progress, number, pairs.Count), cancellation);
            }
        }

        progress.End($"{Wording.Counted(pairs.Count, "pair")} of dictionaries");
    }

    private void AblateAll(StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Removing features one by one");
        var all = _store.Dictionaries().Concat(_store.Neurons()).Where(_files.Has).Where(d => !_ablations.Has(d)).ToList();
        foreach (var (number, dictionary) in all.Index())
        {
            Ablate(dictionary, Part(progress, number, all.Count), cancellation);
        }

        progress.End(Wording.Counted(all.Count, "dictionary"));
    }

    /// <summary>All on the same tokens, but a model's features not with another model's neurons.</summary>
    private static bool Compared(DictionaryInfo left, DictionaryInfo right) =>
        left.Provenance.Tokens == right.Provenance.Tokens && (left.Model == right.Model || left.AreNeurons == right.AreNeurons);

    private void Relate(DictionaryInfo left, DictionaryInfo right, IProgress<double> progress, CancellationToken cancellation)
    {
        using var mine = _files.Open(left);
        using var other = left.Stamp == right.Stamp ? null : _files.Open(right);
        if (other is not null && !UnitRelator.SameTokens(mine.Units.Index, other.Units.Index))
        {
            return;
        }

        var (forward, back) = UnitRelator.Relate(mine.Units, other?.Units ?? mine.Units, progress, backend, cancellation);
        _relations.Save(left, right, forward, Summary(mine, forward));
        if (other is not null)
        {
            _relations.Save(right, left, back!, Summary(other, back!));
        }
    }

    private static Universality Summary(OpenUnits units, IReadOnlyList<UnitRelations> relations) =>
        Universality.Of(relations, unit => units.Units.Index.Count(unit), units.Units.Index.Tokens);

    private void Ablate(DictionaryInfo dictionary, IProgress<double> progress, CancellationToken cancellation)
    {
        using var corpus = TokenizedCorpus.Open(_folder.Corpus(dictionary.Provenance.CorpusHash));
        using var units = _files.Open(dictionary);
        if (!Ablator.Supports(units.Units.Model, units.Units.Site))
        {
            return;
        }

        using var ablator = new Ablator(units.Units.Model, units.Units.Dictionary, corpus.HeldOut, units.Units.Occurs, backend);
        var reports = ParallelEnumerable.Range(0, dictionary.Features).AsOrdered().Select(index => _store.FindFeature(dictionary, index)!).ToList();
        _ablations.Save(dictionary, ablator.Run(AblationTask.Of(reports), progress, cancellation));
    }

    private static StageProgress.Direct<double> Part(StageProgress progress, int number, int count) =>
        new(share => progress.Report(Math.Min((number + share) / count, 0.999), string.Empty));
}
