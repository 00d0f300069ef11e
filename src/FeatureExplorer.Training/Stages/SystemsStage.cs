using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Splitting;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// What features do together: how those of a dictionary split into those of the next larger ones, which hand over to which from token to token, which lie near each other, and what
/// each dictionary keeps of the layer's update of the logits. Only what is missing is computed; dictionaries without an index or a model are passed over.
/// </summary>
/// <param name="database">Where dictionaries are published.</param>
internal sealed class SystemsStage(FeatureDatabase database)
{
    /// <summary>Stages that it reports.</summary>
    public const int Stages = 4;

    private readonly DataFolder _folder = database.Folder;
    private readonly UnitFiles _files = new(database.Folder);
    private readonly FeatureStore _store = new(database);
    private readonly SplittingStore _splitting = new(database);
    private readonly AutomataStore _automata = new(database);
    private readonly MapStore _maps = new(database);
    private readonly LogitUpdateStore _updates = new(database);

    /// <summary>Computes whatever is missing.</summary>
    public void Run(StageProgress progress, CancellationToken cancellation)
    {
        var all = _store.Dictionaries().Where(_files.Has).ToList();
        var pairs = all.GroupBy(d => (d.Model, SitesOf(d))).SelectMany(static group => NextLarger([.. group])).ToList();
        SplitAll(pairs, progress, cancellation);
        AnalyzeAll(all, progress, cancellation);
        MapAll(all, pairs, progress, cancellation);
        MeasureUpdates(all, progress, cancellation);
    }

    private (Site? Input, Site? Output) SitesOf(DictionaryInfo dictionary)
    {
        var shape = DictionaryShape.Of(_folder.Dictionary(dictionary));
        return (shape.Site, shape.OutputSite);
    }

    private void SplitAll(List<(DictionaryInfo Small, DictionaryInfo Large)> pairs, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Following features as they split");
        foreach (var (number, (small, large)) in pairs.Index())
        {
            if (!_splitting.Has(small, large))
            {
                Split(small, large, Part(progress, number, pairs.Count), cancellation);
            }
        }

        progress.End($"{Wording.Counted(pairs.Count, "pair")} of dictionaries");
    }

    /// <summary>Each dictionary of a site with those of the next larger size over the same tokens.</summary>
    private static IEnumerable<(DictionaryInfo Small, DictionaryInfo Large)> NextLarger(IReadOnlyList<DictionaryInfo> dictionaries) =>
        from small in dictionaries
        let larger = dictionaries.Where(other => other.Features > small.Features && other.Provenance.Tokens == small.Provenance.Tokens && other.Provenance.CorpusHash == small.Provenance.CorpusHash).ToList()
        where larger.Count > 0
        let next = larger.Min(static other => other.Features)
        from large in larger
        where large.Features == next
        select (small, large);

    private void Split(DictionaryInfo small, DictionaryInfo large, IProgress<double> progress, CancellationToken cancellation)
    {
        FileOrigins.Demand(_folder, small);
        FileOrigins.Demand(_folder, large);
        using var left = ActivationIndex.Open(_folder.Index(small));
        using var right = ActivationIndex.Open(_folder.Index(large));
        if (left.Header.Model == right.Header.Model && UnitRelator.SameTokens(left, right))
        {
            _splitting.Save(small, large, MaskedCosines.Of(left, right, progress, cancellation));
        }
    }

    private void AnalyzeAll(List<DictionaryInfo> all, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Finding systems of features");
        var missing = all.Where(dictionary => !_automata.Has(dictionary)).ToList();
        foreach (var (number, dictionary) in missing.Index())
        {
            using var corpus = TokenizedCorpus.Open(_folder.Corpus(dictionary.Provenance.CorpusHash));
            using var units = _files.Open(dictionary);
            var (features, report) = AutomataAnalyzer.Run(units.Units, corpus.HeldOut, Part(progress, number, missing.Count), cancellation);
            _automata.Save(dictionary, features, report);
        }

        progress.End(Wording.Counted(missing.Count, "dictionary"));
    }

    /// <summary>Each dictionary alone, and jointly with those of the next smaller size.</summary>
    private void MapAll(List<DictionaryInfo> all, List<(DictionaryInfo Small, DictionaryInfo Large)> pairs, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Mapping features");
        IEnumerable<(DictionaryInfo Dictionary, DictionaryInfo? Other)> wanted =
            [.. all.Select(static dictionary => (dictionary, (DictionaryInfo?)null)), .. pairs.Select(static pair => (pair.Large, (DictionaryInfo?)pair.Small))];
        var missing = wanted.Where(map => !_maps.Has(map.Dictionary, map.Other)).ToList();
        foreach (var (number, (dictionary, other)) in missing.Index())
        {
            Map(dictionary, other, Part(progress, number, missing.Count), cancellation);
        }

        progress.End(Wording.Counted(missing.Count, "map"));
    }

    private void Map(DictionaryInfo dictionary, DictionaryInfo? other, IProgress<double> progress, CancellationToken cancellation)
    {
        DictionaryInfo[] both = other is null ? [dictionary] : [dictionary, other];
        var open = new List<(SparseAutoencoder Dictionary, Func<int, bool> Fires)>();
        try
        {
            foreach (var one in both)
            {
                FileOrigins.Demand(_folder, one);
                using var index = ActivationIndex.Open(_folder.Index(one));
                bool[] fires = [.. Enumerable.Range(0, one.Features).Select(feature => index.Count(feature) > 0)];
                open.Add((SparseAutoencoder.Load(_folder.Dictionary(one)), feature => fires[feature]));
            }

            _maps.Save(dictionary, other, FeatureMapper.Map(open, progress, cancellation));
        }
        finally
        {
            open.ForEach(static one => one.Dictionary.Dispose());
        }
    }

    private void MeasureUpdates(List<DictionaryInfo> all, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Measuring logit updates");
        var missing = all.Where(dictionary => !_updates.Has(dictionary)).ToList();
        foreach (var (number, dictionary) in missing.Index())
        {
            MeasureUpdate(dictionary, Part(progress, number, missing.Count), cancellation);
        }

        progress.End(Wording.Counted(missing.Count, "dictionary"));
    }

    private void MeasureUpdate(DictionaryInfo dictionary, StageProgress.Direct<double> progress, CancellationToken cancellation)
    {
        using var corpus = TokenizedCorpus.Open(_folder.Corpus(dictionary.Provenance.CorpusHash));
        using var units = _files.Open(dictionary);
        var (model, weights) = (units.Units.Model, units.Units.Dictionary);
        var tokens = dictionary.Metrics.TokensAskedFor(model.Config.Context);
        var summaries = _store.Summaries(dictionary);
        var live = summaries.Where(static f => f.State == FeatureState.Live).ToDictionary(static f => f.Index);
        using var measure = new LogitUpdateMeasure(model, weights);
        var figures = measure.Run(corpus.HeldOut, tokens, live.ContainsKey, new StageProgress.Direct<double>(share => progress.Report(share / 2)), cancellation);
        if (figures.Unread is not null)
        {
            figures = figures with { Slices = NeuronSlices.Of(weights, [.. live.Keys.Order()], [.. Enumerable.Range(0, weights.Features).Select(f => live.GetValueOrDefault(f)?.BestContext)]) };
        }

        _updates.Save(dictionary, figures, figures.UpdateExplained is null ? [] : Uses(model, weights, live, units.Units.Gain, corpus, tokens, progress, cancellation));
    }

    private static IReadOnlyList<DirectionUse> Uses(
        TransformerModel model, SparseAutoencoder weights, Dictionary<int, FeatureSummary> live, double gain, TokenizedCorpus corpus, long tokens, StageProgress.Direct<double> progress, CancellationToken cancellation)
    {
        using var uses = new DirectionUses(model, weights);
        float[] means = [.. Enumerable.Range(0, weights.Features).Select(feature => (float)(gain * (live.GetValueOrDefault(feature)?.Mean ?? 0)))];
        return uses.Run(corpus.HeldOut, tokens, means, new StageProgress.Direct<double>(share => progress.Report((1 + share) / 2)), cancellation);
    }

    private static StageProgress.Direct<double> Part(StageProgress progress, int number, int count) =>
        new(share => progress.Report(Math.Min((number + share) / count, 0.999), string.Empty));
}
