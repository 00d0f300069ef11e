using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Web.Systems;

/// <summary>A made-up dictionary on the residual stream of a model that has one on its neurons.</summary>
internal static class SampleSites
{
    /// <summary>What it explains of the logit update.</summary>
    public const double Update = 0.625;

    /// <summary>Correlation of a feature with its counterpart.</summary>
    public static float Pearson(int feature) => (feature * 7 % 11) / 11f;

    public static DictionaryInfo Publish(FeatureDatabase database, DictionaryInfo own, string name)
    {
        var folder = database.Folder.Dictionary(own.Model, name);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "cfg.json"), """{"hook_name":"blocks.0.hook_resid_post"}""");
        var other = new RunWriter(database).Publish(SampleReports.Draft(64, name, own.Model), SampleReports.Reports(64), SampleVocabulary.Text);
        var relations = Enumerable.Range(0, own.Features).Select(feature => new UnitRelations(feature, [new UnitMatch(feature % 64, Pearson(feature), 0.5f, 0.4f, 3, 0.2f, 0.3f, float.NaN, 0.25f)], [], [], 0)).ToList();
        new RelationStore(database).Save(own, other, relations, new Universality(own.Features, 0.5, [0, 0.25, 0.5, 0.75, 1], null, new Histogram([0, 0.5f, 1], [3, 5]), 1000));
        new LogitUpdateStore(database).Save(other, new LogitUpdateFigures(2048, Update, 0.9, null), []);
        return other;
    }
}
