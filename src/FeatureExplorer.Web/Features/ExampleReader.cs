using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;

namespace FeatureExplorer.Web.Features;

/// <summary>A feature's examples with as much text around them as the visitor wants; those of a dictionary without an index stay as they were stored.</summary>
public sealed class ExampleReader(Explorations explorations)
{
    /// <summary>The report with the windows that a view asks for: the top examples as wide as that; the others as stored, unless the visitor chose a width.</summary>
    public FeatureReport Widen(DictionaryInfo dictionary, FeatureReport report, TokenText text, HistogramView view)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(view);
        return dictionary.Source is not null || report.Top.Count == 0 ? report : explorations.Ask(dictionary, evidence =>
        {
            var reach = new ExampleReach(evidence.Index, evidence.Corpus.HeldOut, text, report.Index);
            Example Other(Example example) => view.Window == HistogramView.UsualWindow ? reach.Whole(example) : reach.Around(example, view.Window, view.Window);
            return report with
            {
                Top = [.. report.Top.Select(example => reach.Around(example, view.Window, view.Window))],
                IntervalExamples = [.. report.IntervalExamples.Select(i => i with { Examples = [.. i.Examples.Select(Other)] })],
                Bottom = [.. report.Bottom.Select(Other)],
            };
        }) ?? report;
    }

    /// <summary>Selected examples, as wide as a view asks for.</summary>
    public static IReadOnlyList<Example> Widen(Evidence evidence, int feature, IReadOnlyList<Example> examples, TokenText text, HistogramView view)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(view);
        var reach = new ExampleReach(evidence.Index, evidence.Corpus.HeldOut, text, feature);
        return [.. examples.Select(example => reach.Around(example, view.Window, view.Window))];
    }
}
