using FeatureExplorer.Web.Components.Parts;

namespace FeatureExplorer.Tests.Web.Components.Parts;

public sealed class MarkupWriterTests
{
    private const string Hostile = "<script>\"'&</script>\u0000";

    [Fact]
    public void Text_LooksLikeMarkup_IsEncoded()
    {
        var markup = new MarkupWriter().Raw("<b>").Text(Hostile).Raw("</b>").ToString();
        Assert.StartsWith("<b>&lt;script&gt;&quot;&#x27;&amp;&lt;/script&gt;", markup, StringComparison.Ordinal);
        Assert.DoesNotContain("\u0000", markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Attribute_ValueWithQuotes_CannotEndIt()
    {
        var element = new AngleSharp.Html.Parser.HtmlParser()
            .ParseDocument(new MarkupWriter().Raw("<i").Attribute("title", "\" onclick=\"x\" <b>").Attribute("class", null).Raw("></i>").ToString()).QuerySelector("i")!;
        Assert.Equal("\" onclick=\"x\" <b>", element.GetAttribute("title"));
        Assert.Single(element.Attributes);
    }

    [Fact]
    public void Text_OtherScripts_StayAsTheyAre() => Assert.Equal("السلام नमस्ते 你好", new MarkupWriter().Text("السلام नमस्ते 你好").ToString());
}
