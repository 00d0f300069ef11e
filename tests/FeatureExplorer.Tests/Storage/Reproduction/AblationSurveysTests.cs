using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Reproduction;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Storage.Reproduction;

namespace FeatureExplorer.Tests.Storage.Reproduction;

public sealed class AblationSurveysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FeatureDatabase _database;
    private readonly DictionaryInfo _dictionary;

    public AblationSurveysTests()
    {
        _database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var writer = new RunWriter(_database);
        writer.SaveModel(SampleReports.Model());
        _dictionary = writer.Publish(SampleReports.Draft(8), SampleReports.Reports(8), SampleVocabulary.Text);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_LiveAndUltralowFeatures_CountsTheLiveOnes()
    {
        var surveys = new AblationSurveys(_database);
        Assert.Null(surveys.Of(_dictionary));
        Assert.Equal("Not measured yet: a run ends with it, and so does relate.", Row("ablation-effect").Missing);
        new AblationStore(_database).Save(
            _dictionary,
            [
                new AblationReport(1, 20, 0.02, 0.5, 0.004, []), new AblationReport(2, 10, 0.03, 0.8, 0.006, []),
                new AblationReport(SampleReports.Ultralow, 15, -9, 0, 9, []), new AblationReport(6, 0, 0, 0, null, []),
            ]);
        var survey = surveys.Of(_dictionary)!;
        Assert.Equal((2, 30L), (survey.Features, survey.Examples));
        Assert.Equal(0.025, survey.Effect, 12);
        Assert.Equal(0.005, survey.Control!.Value, 12);
        // 10 of 20 and 8 of 10 examples: a share of examples, as the paper's figure is, not of features.
        Assert.Equal(18.0 / 30, survey.Helped, 12);
        Assert.Equal(survey.Effect, Row("ablation-effect").Value);
        Assert.Equal(survey.Helped, Row("ablation-positive").Value);
        Assert.Contains("2 live features", Row("ablation-effect").Method, StringComparison.Ordinal);
        Assert.Equal("0.00500 with random features of like density", Row("ablation-effect").Note);
    }

    public static TheoryData<AblationReport> Reports => new(
        new AblationReport(3, 20, -0.0408143043518066, 0.65, 0.15484336, Examples(20)), new AblationReport(4, 0, 0, 0, null, []),
        new AblationReport(int.MaxValue, int.MaxValue, -1.2345678901234567e-300, 1.2345678901234567e-300, -1.2345678901234567e-300, Examples(2)),
        new AblationReport(5, 1, double.NaN, 1, double.PositiveInfinity, Examples(40)));

    [Theory]
    [MemberData(nameof(Reports))]
    public void Read_HeadOfAReport_IsAllButItsExamples(AblationReport report)
    {
        var read = AblationHead.Read(PackedJson.Write(report, StorageJson.Default.AblationReport));
        Assert.Empty(read.Examples);
        Assert.Equal(report with { Examples = read.Examples }, read);
    }

    [Fact]
    public void Read_NoReport_IsRefused() => Assert.Throws<InvalidDataException>(() => AblationHead.Read([1, 2, 3, 4]));

    private static AblatedExample[] Examples(int count) =>
        [.. Enumerable.Range(0, count).Select(static i => new AblatedExample(i, [new AblatedToken(9, -0.03f * i, [new(1274, 1.16f)], [new(463, -1.08f)])]))];

    [Theory]
    [InlineData(5.44, 8.06, "The mean is the weaker baseline")]
    [InlineData(8.06, 5.44, "Zero is the weaker baseline")]
    [InlineData(6, 6, "cost the model the same")]
    public void LossRecovered_ByTheTwoBaselines_NamesTheOneThatFlatters(double zero, double mean, string expected)
    {
        var writer = new RunWriter(_database);
        var draft = SampleReports.Draft(8, "2");
        var dictionary = writer.Publish(
            draft with { Metrics = draft.Metrics with { LossZeroAblated = zero, LossMeanAblated = mean } }, SampleReports.Reports(8), SampleVocabulary.Text);
        Assert.Contains(expected, Report().Of(dictionary).Single(r => r.Id == "loss-recovered").Method, StringComparison.Ordinal);
    }

    [Fact]
    public void PaperUltralow_ByTheSizeOfTheIndex_IsCountedOrSaysWhatItTakes()
    {
        // Two million tokens: one activation is a density of 5·10⁻⁷, and no sample feature has fewer than two.
        Assert.Equal(0, Row("ultralow-paper").Value);
        var draft = SampleReports.Draft(8, "3");
        var coarse = new RunWriter(_database).Publish(
            draft with { Provenance = draft.Provenance with { Tokens = 300_000 } }, SampleReports.Reports(8), SampleVocabulary.Text);
        Assert.Contains("300,000 tokens", Report().Of(coarse).Single(r => r.Id == "ultralow-paper").Missing, StringComparison.Ordinal);
        Assert.Null(new FeatureStore(_database).PaperUltralow(coarse));
        var rare = new RunWriter(_database).Publish(
            SampleReports.Draft(8, "4"), SampleReports.Reports(8).Select(r => r.Index == 1 ? r with { Activations = 1, Density = 5e-7 } : r), SampleVocabulary.Text);
        Assert.Equal(1, new FeatureStore(_database).PaperUltralow(rare));
    }

    private ReproductionRow Row(string id) => Report().Of(_dictionary).Single(r => r.Id == id);

    private ReproductionReader Report()
    {
        var store = new FeatureStore(_database);
        return new ReproductionReader(store, new SurveyStore(_database), new RelationStore(_database), new AblationSurveys(_database), new ModelControls(store, new ContentVersion(_database)));
    }
}
