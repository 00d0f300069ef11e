using System.Text;
using System.Text.Json;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Demo;

namespace FeatureExplorer.Tests.Engine.Text.Demo;

public class DemoCorpusTests
{
    private static readonly List<Document> Documents = [.. DemoCorpus.Documents(3, 1_500_000)];

    [Fact]
    public void Documents_SameSeed_AreTheSame()
    {
        Assert.Equal(DemoCorpus.Documents(5, 200_000), DemoCorpus.Documents(5, 200_000));
        Assert.NotEqual(DemoCorpus.Documents(5, 50_000), DemoCorpus.Documents(6, 50_000));
    }

    [Fact]
    public void Documents_Kinds_AreAtLeastSixteenInTheirShares()
    {
        var bytes = Documents.GroupBy(document => document.Domain!).ToDictionary(group => group.Key, group => group.Sum(document => Encoding.UTF8.GetByteCount(document.Text)));
        var total = bytes.Values.Sum();

        Assert.True(DemoKind.All.Count >= 16);
        Assert.Equal(1, DemoKind.All.Sum(kind => kind.Share), 9);
        foreach (var kind in DemoKind.All)
        {
            Assert.InRange((double)bytes[kind.Name] / total, kind.Share - 0.006, kind.Share + 0.006);
        }
    }

    [Theory]
    [InlineData("arabic", 0x600, 0x6FF)]
    [InlineData("hebrew", 0x590, 0x5FF)]
    [InlineData("greek", 0x370, 0x3FF)]
    [InlineData("russian", 0x400, 0x4FF)]
    [InlineData("hindi", 0x900, 0x97F)]
    [InlineData("korean", 0xAC00, 0xD7A3)]
    [InlineData("chinese", 0x4E00, 0x9FFF)]
    [InlineData("dna", 'A', 'T')]
    public void Documents_Script_IsThatOfTheLabel(string domain, int first, int last)
    {
        var runes = Documents.Where(document => document.Domain == domain).SelectMany(document => document.Text.EnumerateRunes()).Where(Rune.IsLetter).ToList();
        Assert.True(runes.Count > 1000);
        Assert.All(runes, rune => Assert.InRange(rune.Value, first, last));
    }

    [Fact]
    public void Documents_Base64_DecodesToItself()
    {
        foreach (var document in Documents.Where(document => document.Domain == "base64"))
        {
            var text = document.Text.Replace("\n", "", StringComparison.Ordinal);
            Assert.Equal(text, Convert.ToBase64String(Convert.FromBase64String(text)));
        }
    }

    [Fact]
    public void Documents_Json_IsJson()
    {
        foreach (var document in Documents.Where(document => document.Domain == "json_data"))
        {
            JsonDocument.Parse(document.Text).Dispose();
        }
    }

    [Fact]
    public void Documents_Texts_HoldNoNotation()
    {
        Assert.DoesNotContain(Documents, document => document.Text.AsSpan().IndexOfAny("‹›¶→~") >= 0 && document.Domain is not ("latex_math" or "chinese" or "base64"));
        Assert.DoesNotContain(Documents, document => document.Text.AsSpan().IndexOfAny("‹›¶→") >= 0);
    }

    [Theory]
    [InlineData("[a]\nx", "no [document]")]
    [InlineData("[document]\n‹b›", "‹b›")]
    [InlineData("[document]\n‹b", "not understood")]
    [InlineData("[document]\n[b words]", "empty")]
    [InlineData("text\n[document]\nx", "before the first rule")]
    public void Parse_WrongGrammar_SaysWhatIsWrong(string text, string message)
    {
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => DemoGrammar.Parse("test", text, _ => "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Notation_IsFollowed()
    {
        var grammar = DemoGrammar.Parse("test", "@use other\n[document]\n‹w^=x› ‹=x›→‹w*2-2,›¶‹w*2-2/›‹w*2-2+› ‹7-7›", _ => "# words\n[w words]\na~b");
        Assert.Equal("A b A b\ta b, a b\na b\na ba ba b 7", grammar.Write(new DemoRandom(default)));
    }
}
