using System.Text;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer;

namespace FeatureExplorer.Tests.Web.Vocabularies;

/// <summary>Token ids that do not fit into two bytes, from the files of a model to the pages.</summary>
public sealed class LargeVocabularyTests(LargeVocabularySite site) : IClassFixture<LargeVocabularySite>
{
    private static readonly int The = LargeVocabularyFiles.Id("Ġthe");

    [Fact]
    public void Import_Text_IsKeptInFourBytesAndComesBack()
    {
        using var corpus = Corpus();
        var source = LargeVocabularyFiles.Text();
        var text = new TokenText(corpus.Tokenizer);
        Assert.Equal(32 + (4 * corpus.HeldOut.Count), new FileInfo(Path.Combine(site.Folder.Corpus(site.Model.CorpusHash), "held-out.tokens")).Length);
        Assert.Equal((LargeVocabularyFiles.Ids, LargeVocabularyFiles.Ids), (site.Model.Vocabulary, corpus.UnigramCounts.Count));
        var seen = new HashSet<int>();
        for (var document = 0; document < corpus.HeldOut.DocumentCount; document++)
        {
            var start = corpus.HeldOut.DocumentStart(document);
            var tokens = corpus.HeldOut.Read(start, (int)(corpus.HeldOut.DocumentEnd(document) - start));
            Assert.Equal(LargeVocabularyFiles.Mark, tokens[0]);
            var plain = text.Plain(tokens, text.Pieces(tokens));
            Assert.Equal(plain, Encoding.UTF8.GetString(corpus.Tokenizer.Decode(tokens)));
            Assert.Contains(plain, source, StringComparison.Ordinal);
            seen.UnionWith(tokens.ToArray());
        }

        Assert.Superset(new[] { "Ġthe", "Ġcat", "Ã©", "Ġc", "at" }.Select(LargeVocabularyFiles.Id).ToHashSet(), seen);
        Assert.Equal((" the", "é"), (text.Of(The), text.Of(LargeVocabularyFiles.Id("Ã©"))));
        Assert.Contains("begin_of_text", text.Of(LargeVocabularyFiles.Mark), StringComparison.Ordinal);
    }

    [Fact]
    public void Index_FirstWindows_IsWhatPlainLoopsGive()
    {
        const int Windows = 4;
        using var corpus = Corpus();
        using var model = TransformerModel.Load(site.Folder.Model("L"));
        using var dictionary = SparseAutoencoder.Load(site.Folder.Dictionary("L", "1"));
        using var index = ActivationIndex.Open(site.Folder.Index(site.Dictionary));
        var (config, parameters) = (model.Config, ReferenceTransformer.ParametersOf(model.Parameters));
        Assert.Equal(LargeVocabularyFiles.Mark, config.StartToken);
        var (fired, large) = (0, 0);
        for (var window = 0; window < Windows; window++)
        {
            double[] x = [];
            var first = window * config.Context;
            var tokens = corpus.HeldOut.Read(first, config.Context).ToArray();
            ReferenceTransformer.RunSite(config, parameters, tokens, tokens, 1, tokens.Length, new Site(SiteKind.ResidPost, 0), values => x = values);
            for (var row = 0; row < tokens.Length; row++)
            {
                for (var feature = 0; feature < dictionary.Features; feature++)
                {
                    var sum = (double)dictionary.BEnc.Span()[feature];
                    for (var i = 0; i < config.DModel; i++)
                    {
                        sum += dictionary.EncoderRow(feature)[i] * (x[(row * config.DModel) + i] - dictionary.BDec.Span()[i]);
                    }

                    var expected = tokens[row] == LargeVocabularyFiles.Mark ? 0 : Math.Max(0, sum);
                    Assert.Equal(expected, index.At(feature, first + row), 1e-4 + (1e-3 * expected));
                    fired += expected > 0 ? 1 : 0;
                    large += expected > 0 && tokens[row] > ushort.MaxValue ? 1 : 0;
                }
            }
        }

        Assert.InRange(large, 100, fired - 100);
    }

    [Fact]
    public async Task Api_OfAFeature_NamesIdsAndTextOfLargeTokens()
    {
        var examples = await site.Json($"/api/v1/L/1/{site.Feature}/examples?token={The}");
        var share = Assert.Single(examples.GetProperty("tokens").EnumerateArray(), static token => token.GetProperty("id").GetInt32() == The);
        Assert.Equal(" the", share.GetProperty("token").GetString());
        var text = await site.Json("/api/v1/L/1/text?q=on%20the%20cat");
        Assert.Equal(
            [LargeVocabularyFiles.Mark, LargeVocabularyFiles.Id("on"), The, LargeVocabularyFiles.Id("Ġcat")],
            text.GetProperty("tokens").EnumerateArray().Select(static token => token.GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task Pages_OfAModelWithALargeVocabulary_AllOpen()
    {
        var page = await site.Page($"/L/1/{site.Feature}?token={The}");
        var centres = page.QuerySelectorAll("#range .strip .centre");
        Assert.NotEmpty(centres);
        Assert.All(centres, static centre => Assert.Equal("the", centre.TextContent.Trim()));
        foreach (var url in (string[])["/", "/L/1", $"/L/1/{site.Feature}", $"/L/1/{site.Feature}/explore?token={The}", "/L/1/text?q=on%20the%20cat&token=2", "/L/1/decompose?q=on%20the%20cat&token=2",
            "/L/1/logits?q=%20the", "/L/1/unread", "/L/neurons", "/L/neurons/3", $"/compare?left=L/1/{site.Feature}&right=L/neurons/3", $"/L/1/{site.Feature}/steer", $"/L/1/{site.Feature}/logits", "/search?q=the", $"/api/v1/L/1/logits?q=%20the", $"/api/v1/L/1/{site.Feature}/logits"])
        {
            Assert.NotEmpty((await site.Page(url)).DocumentElement.TextContent);
        }
    }

    private TokenizedCorpus Corpus() => TokenizedCorpus.Open(site.Folder.Corpus(site.Model.CorpusHash));
}
