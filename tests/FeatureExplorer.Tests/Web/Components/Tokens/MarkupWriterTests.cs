using FeatureExplorer.Web.Components.Tokens;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace FeatureExplorer.Tests.Web.Components.Tokens;

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
    public void ElementAndLink_HostileText_IsEncoded()
    {
        var row = new AngleSharp.Html.Parser.HtmlParser()
            .ParseDocument(new MarkupWriter().Element("p", Hostile[..^1]).Link("/a?b=\"c\"&d", Hostile[..^1]).ToString()).Body!;
        Assert.Equal(["P", "A"], row.Children.Select(e => e.TagName));
        Assert.All(row.Children, e => Assert.Equal(Hostile[..^1], e.TextContent));
        Assert.Equal("/a?b=\"c\"&d", row.QuerySelector("a")!.GetAttribute("href"));
    }

    [Fact]
    public void ToFragment_WritersWithinWriters_KeepTheirTextsApart()
    {
        var outer = new MarkupWriter().Raw("<p>");
        var inner = new MarkupWriter().Raw("<b>").Text(new string('b', 100_000));
        var first = Markup(inner.ToFragment());
        var second = Markup(outer.Text("a").Raw("</p>").ToFragment());
        var third = Markup(new MarkupWriter().Raw("<i>").ToFragment());
        Assert.Equal("<b>" + new string('b', 100_000), first);
        Assert.Equal(("<p>a</p>", "<i>"), (second, third));
    }

    [Fact]
    public void ToFragment_Twice_IsRefused()
    {
        var writer = new MarkupWriter().Raw("<p>");
        writer.ToFragment();
        Assert.Throws<InvalidOperationException>(() => writer.Text("more"));
        Assert.Throws<InvalidOperationException>(() => writer.ToFragment());
    }

    [Fact]
    public void Text_OtherScripts_StayAsTheyAre() => Assert.Equal("السلام नमस्ते 你好", new MarkupWriter().Text("السلام नमस्ते 你好").ToString());

    private static string Markup(RenderFragment fragment)
    {
        using var builder = new RenderTreeBuilder();
        fragment(builder);
        // Pages are drawn from these frames; to draw one would take a server.
#pragma warning disable BL0006
        return builder.GetFrames().Array[0].MarkupContent;
#pragma warning restore BL0006
    }
}
