using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Reproduction;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Storage.Reproduction;

/// <summary>Reads what the report on the paper's claims rests on.</summary>
public sealed class ReproductionReader(FeatureStore store, SurveyStore surveys, RelationStore relations, AblationSurveys ablations, ModelControls controls)
{
    /// <summary>The report's rows, in the order of the page; beside each figure that of the control, where there is one.</summary>
    public IReadOnlyList<ReproductionRow> Of(DictionaryInfo dictionary)
    {
        var rows = ReproductionReport.Of(Figures(dictionary));
        if (controls.Of(dictionary) is not { } control)
        {
            return rows;
        }

        var theirs = ReproductionReport.Of(Figures(control)).ToDictionary(static row => row.Id, static row => row.Value);
        return [.. rows.Select(row => row with { Control = theirs.GetValueOrDefault(row.Id) })];
    }

    /// <summary>What is stored of a dictionary, its model's neurons and its counterparts in other models.</summary>
    public ReproductionFigures Figures(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        var neurons = store.FindDictionary(dictionary.Model, DictionaryDraft.Neurons);
        var elsewhere = Elsewhere(dictionary);
        var figures = new ReproductionFigures
        {
            Id = dictionary.Id,
            Model = dictionary.Model,
            Imported = dictionary.Source is not null,
            Metrics = dictionary.Metrics,
            Features = dictionary.Features,
            Dead = dictionary.Dead,
            Ultralow = dictionary.Ultralow,
            Tokens = dictionary.Provenance.Tokens,
            UltralowLimit = dictionary.UltralowLimit,
            Resolution = dictionary.Resolution,
            PaperUltralow = store.PaperUltralow(dictionary),
            Contexts = dictionary.Contexts,
            ContextSummaries = dictionary.ContextSummaries,
            Survey = surveys.Of(dictionary),
            NeuronSurvey = neurons is null ? null : surveys.Of(neurons),
            FeaturesElsewhere = elsewhere,
            NeuronsElsewhere = neurons is null ? null : Elsewhere(neurons),
            SecondModel = store.Dictionaries().Any(d => d.Model != dictionary.Model && !IsControl(d.Model) && d.Provenance.CorpusHash == dictionary.Provenance.CorpusHash),
            Ablations = dictionary.Source is null ? ablations.Of(dictionary) : null,
        };
        return figures with
        {
            ArabicLevels = figures.Best(ReproductionReport.Arabic) is { } arabic
                ? store.FindFeature(dictionary, arabic.Index)?.Contexts.FirstOrDefault(static c => c.Context == ReproductionReport.Arabic)?.Levels
                : null,
            Counterparts = elsewhere is null ? figures.Counterparts : Counterparts(dictionary, figures, elsewhere.Id),
        };
    }

    private Dictionary<string, UnitMatch> Counterparts(DictionaryInfo dictionary, ReproductionFigures figures, string other)
    {
        var found = new Dictionary<string, UnitMatch>();
        foreach (var context in ReproductionReport.ComparedContexts)
        {
            if (figures.Best(context) is { } best && relations.Find(dictionary, best.Index).FirstOrDefault(r => r.Id == other)?.Relations.Best is { } match)
            {
                found[context] = match;
            }
        }

        return found;
    }

    // A control shares its text with the model and nothing that was learned: it is no second model.
    private bool IsControl(string model) => store.FindModel(model)?.ControlOf is not null;

    // The dictionary of another model: of the same name where there is one, since that was trained alike.
    private FoundAgain? Elsewhere(DictionaryInfo dictionary)
    {
        var found = relations.Universality(dictionary)
            .Where(u => u.Model != dictionary.Model && !IsControl(u.Model) && u.Name == DictionaryDraft.Neurons == dictionary.AreNeurons)
            .OrderByDescending(u => u.Name == dictionary.Name).FirstOrDefault();
        return found is var (_, _, result) ? new FoundAgain(found.Id, result) : null;
    }
}
