using System.Text.Encodings.Web;
using System.Text.Unicode;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Components.Parts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

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
    public async Task Strip_WholeSentence_ShowsItUnbroken(string script, string sentence)
    {
        foreach (var tokenizer in (ByteLevelTokenizer[])[SampleVocabulary.Tokenizer, Trained(sentence)])
        {
            var tokens = tokenizer.Encode(sentence);
            for (var centre = 0; centre < tokens.Length; centre += 5)
            {
                Assert.True(sentence == await Shown(tokenizer, tokens, centre), $"{script}, centre {centre}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sentences))]
    public async Task Strip_CutAnywhere_ShowsBytesInsteadOfABrokenCharacter(string script, string sentence)
    {
        var tokenizer = SampleVocabulary.Tokenizer;
        var tokens = tokenizer.Encode(sentence);
        for (var from = 0; from + 6 < tokens.Length; from += 3)
        {
            var shown = await Shown(tokenizer, tokens[from..(from + 6)], 3);
            Assert.False(shown.Contains(Broken, StringComparison.Ordinal), $"{script}: {shown}");
        }
    }

    [Fact]
    public async Task Strip_TokensThatLookLikeMarkup_AreShownAsText()
    {
        string[] vocabulary = ["<b>", "&amp;", "\"><script>alert(1)</script>", "'x'"];
        var effects = vocabulary.Select((_, i) => new AblatedToken(i, 0.3f, [new TokenWeight(i, 1)], [])).ToList();
        var line = await Line(new TokenText(vocabulary), [0, 1, 2, 3], 2, effects);
        Assert.Equal(string.Concat(vocabulary), line.TextContent);
        var tokens = line.QuerySelectorAll("[title]");
        Assert.Equal(vocabulary, tokens.Select(t => t.TextContent));
        Assert.Equal(line.QuerySelectorAll("*").Length, tokens.Length + 4); // before, its inner part, centre, after
        Assert.Contains($"promotes “{vocabulary[2]}”", tokens[2].GetAttribute("title"), StringComparison.Ordinal);
    }

    // Merges within and across characters: every pair that occurs twice.
    private static ByteLevelTokenizer Trained(string sentence) =>
        TokenizerTrainer.Train([System.Text.Encoding.UTF8.GetBytes(sentence + sentence)], ByteLevelTokenizer.SmallestVocabulary + 30);

    private static async Task<string> Shown(ByteLevelTokenizer tokenizer, ushort[] tokens, int centre) =>
        (await Line(new TokenText(tokenizer), [.. tokens.Select(t => (int)t)], centre)).TextContent;

    private static async Task<IElement> Line(TokenText text, int[] tokens, int centre, IReadOnlyList<AblatedToken>? ablated = null)
    {
        await using var services = new ServiceCollection().AddSingleton(HtmlEncoder.Create(UnicodeRanges.All)).BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var example = new Example(0, 0, null, centre, tokens, [.. tokens.Select((_, i) => i == centre ? 1f : i % 3 == 0 ? 0.4f : 0)]);
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<TokenStrip>(ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(TokenStrip.Example)] = example,
            [nameof(TokenStrip.Max)] = 1f,
            [nameof(TokenStrip.Text)] = text,
            [nameof(TokenStrip.Ablated)] = ablated,
        }))).ToHtmlString());
        return new HtmlParser().ParseDocument(html).QuerySelector(".line")!;
    }
}
