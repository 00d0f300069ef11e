using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Components.Tokens;

namespace FeatureExplorer.Tests.Web;

/// <summary>Text of many scripts from the tokenizer to the line of tokens on a page.</summary>
public sealed class ScriptsTests
{
    private const char Broken = '\uFFFD';

    public static TheoryData<string, string> Sentences => new()
    {
        { "Latin", "The river is łong, naïve and Straße." },
        { "Greek", "Το ποτάμι είναι μακρύ." },
        { "Cyrillic", "Река длинная, а вода чистая." },
        { "Arabic", "النهر طويل والماء نظيف." },
        { "Hebrew", "הנהר ארוך והמים נקיים, שָׁלוֹם." },
        { "Devanagari", "नदी लंबी है और पानी साफ़ है।" },
        { "Bengali", "নদী দীর্ঘ এবং জল পরিষ্কার।" },
        { "Gurmukhi", "ਨਦੀ ਲੰਬੀ ਹੈ।" },
        { "Gujarati", "નદી લાંબી છે." },
        { "Tamil", "ஆறு நீளமானது." },
        { "Telugu", "నది పొడవైనది." },
        { "Kannada", "ನದಿ ಉದ್ದವಾಗಿದೆ." },
        { "Malayalam", "പുഴ നീളമുള്ളതാണ്." },
        { "Sinhala", "ගඟ දිගයි." },
        { "Thai", "แม่น้ำยาวและน้ำสะอาด" },
        { "Khmer", "ទន្លេវែង។" },
        { "Tibetan", "ཆུ་བོ་རིང་པོ།" },
        { "Georgian", "მდინარე გრძელია." },
        { "Armenian", "Գետը երկար է։" },
        { "Hangul", "강은 길고 물은 맑다." },
        { "Han", "河很长,水很清。" },
        { "Kana", "かわはながい、ミズはきれい。" },
        { "Ethiopic", "ወንዙ ረጅም ነው።" },
        { "Emoji", "👩‍👩‍👧 👍🏽 🏳️‍🌈 𝒳²" },
    };

    [Theory]
    [MemberData(nameof(Sentences))]
    public void Strip_WholeSentence_ShowsItUnbroken(string script, string sentence)
    {
        foreach (var tokenizer in (ByteLevelTokenizer[])[SampleVocabulary.Tokenizer, Trained(sentence)])
        {
            var tokens = tokenizer.Encode(sentence);
            for (var centre = 0; centre < tokens.Length; centre += 5)
            {
                Assert.True(sentence == Shown(tokenizer, tokens, centre), $"{script}, centre {centre}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sentences))]
    public void Strip_CutAnywhere_ShowsBytesInsteadOfABrokenCharacter(string script, string sentence)
    {
        var tokenizer = SampleVocabulary.Tokenizer;
        var tokens = tokenizer.Encode(sentence);
        for (var from = 0; from + 6 < tokens.Length; from += 3)
        {
            var shown = Shown(tokenizer, tokens[from..(from + 6)], 3);
            Assert.False(shown.Contains(Broken, StringComparison.Ordinal), $"{script}: {shown}");
        }
    }

    [Fact]
    public void Strip_TokensThatLookLikeMarkup_AreShownAsText()
    {
        string[] vocabulary = ["<b>", "&amp;", "\"><script>alert(1)</script>", "'x'"];
        var effects = vocabulary.Select((_, i) => new AblatedToken(i, 0.3f, [new TokenWeight(i, 1)], [])).ToList();
        var line = Line(new TokenText(vocabulary), [0, 1, 2, 3], 2, effects);
        Assert.Equal(string.Concat(vocabulary), line.TextContent);
        var tokens = line.QuerySelectorAll("[title]");
        Assert.Equal(vocabulary, tokens.Select(t => t.TextContent));
        Assert.Equal(line.QuerySelectorAll("*").Length, tokens.Length + 4); // before, its inner part, centre, after
        Assert.Contains($"promotes “{vocabulary[2]}”", tokens[2].GetAttribute("title"), StringComparison.Ordinal);
    }

    // Merges within and across characters: every pair that occurs twice.
    private static ByteLevelTokenizer Trained(string sentence) =>
        TokenizerTrainer.Train([System.Text.Encoding.UTF8.GetBytes(sentence + sentence)], ByteLevelTokenizer.SmallestVocabulary + 30);

    private static string Shown(ByteLevelTokenizer tokenizer, int[] tokens, int centre) =>
        Line(new TokenText(tokenizer), [.. tokens.Select(t => (int)t)], centre).TextContent;

    private static IElement Line(TokenText text, int[] tokens, int centre, IReadOnlyList<AblatedToken>? ablated = null)
    {
        var example = new Example(0, 0, null, centre, tokens, [.. tokens.Select((_, i) => i == centre ? 1f : i % 3 == 0 ? 0.4f : 0)]);
        return new HtmlParser().ParseDocument(new TokenStrips(1, text).Add(example, ablated).ToString()).QuerySelector(".line")!;
    }
}
