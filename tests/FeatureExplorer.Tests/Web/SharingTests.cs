using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;
using AngleSharp.Dom;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>Features on other people's pages: frames, pictures, files, links.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class SharingTests(SampleSite site, Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Embed_AllParts_ShowsTheFeatureWithoutScriptOrNavigation()
    {
        var page = await site.Page("/embed/A/1/4?theme=dark");
        Assert.Equal("dark", page.DocumentElement.GetAttribute("data-theme"));
        Assert.Equal((await site.Page("/A/1/4")).QuerySelector("h1 bdi")!.TextContent, page.QuerySelector("h1 a")!.TextContent);
        Assert.Equal("_blank", page.QuerySelector("h1 a")!.GetAttribute("target"));
        Assert.NotEmpty(page.QuerySelectorAll("svg.chart"));
        Assert.NotEmpty(page.QuerySelectorAll(".strip"));
        Assert.Equal(2, page.QuerySelectorAll("table.logits").Length);
        Assert.Empty(page.QuerySelectorAll("script, form, nav, iframe"));
    }

    [Theory]
    [InlineData("histogram", 1, 0, 0)]
    [InlineData("examples,logits", 0, 1, 1)]
    [InlineData("", 1, 1, 1)]
    public async Task Embed_Parts_AreThoseOfTheAddress(string parts, int histogram, int examples, int logits)
    {
        var page = await site.Page($"/embed/A/1/4?parts={parts}");
        Assert.Equal(
            (histogram, examples, logits),
            (page.QuerySelectorAll("[aria-label=Activations]").Length, page.QuerySelectorAll("[aria-label=Examples]").Length, page.QuerySelectorAll("[aria-label='Logit weights']").Length));
    }

    [Fact]
    public async Task Embed_NoSuchFeature_Answers404InAFrameToo()
    {
        using var answer = await site.Client.GetAsync(new Uri("/embed/A/1/999", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("There is no feature A/1/999", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/embed/A/1/4", true)]
    [InlineData("/A/1/4", false)]
    [InlineData("/", false)]
    [InlineData("/api/v1/A/1/4", false)]
    [InlineData("/embed/A/1/x", false)]
    public async Task FrameAncestors_AreAllowedForEmbedsOnly(string url, bool allowed)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        var policies = answer.Headers.GetValues("Content-Security-Policy").ToList();
        Assert.Equal(allowed, policies.All(p => p.Contains("frame-ancestors *", StringComparison.Ordinal)));
        Assert.Equal(allowed, policies.Contains(SecurityHeaders.FramePolicy));
        Assert.False(allowed && answer.Headers.Contains("X-Frame-Options"));
    }

    [SkippableFact]
    public async Task Embed_InAFrameOfAnotherSite_IsShownThereAndAPageIsNot()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync();
        // Another port is another origin.
        await using var other = WebApplication.CreateSlimBuilder().Build();
        other.Urls.Add("http://127.0.0.1:0");
        other.MapGet("/", () => Results.Text($"<iframe name=e src='{site.Address}/embed/A/1/4'></iframe><iframe name=p src='{site.Address}/A/1/4'></iframe>", "text/html"));
        await other.StartAsync();
        await page.GotoAsync(other.Urls.Single());
        Assert.StartsWith("Cyrillic script", await page.FrameLocator("[name=e]").Locator("h1 a").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await page.FrameLocator("[name=p]").Locator(".brand").CountAsync());
    }

    [SkippableFact]
    public async Task CopyButton_ByKeyboard_CopiesTheAddress()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var context = await chromium.Browser!.NewContextAsync(new BrowserNewContextOptions { Permissions = ["clipboard-read", "clipboard-write"] });
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Address + "/A/1/4?y=log");
        await page.Locator("[data-copy=share-link]").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-copied]")).ToContainTextAsync("Copied");
        Assert.Equal(site.Address + "/A/1/4?y=log", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    }

    [Theory]
    [InlineData("/A/1/4")]
    [InlineData("/B/1/3")]
    public async Task Feature_ForSocialNetworks_HasTitleDescriptionAndPicture(string url)
    {
        var page = await site.Page(url);
        Assert.Equal($"{page.QuerySelector("h1 bdi")!.TextContent} · {url[1..]}", Meta(page, "og:title"));
        Assert.NotEmpty(Meta(page, "og:description"));
        Assert.Equal(site.Address + url, Meta(page, "og:url"));
        Assert.Equal($"{site.Address}{url}/preview.png", Meta(page, "og:image"));
        using var picture = await site.Client.GetAsync(new Uri(Meta(page, "og:image")));
        Assert.Equal("image/png", picture.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Preview_Picture_IsAPngThatDecodesToItsSizeAndColours()
    {
        var bytes = await site.Client.GetByteArrayAsync(new Uri("/A/1/4/preview.png", UriKind.Relative));
        var chunks = Chunks(bytes);
        Assert.Equal(["IHDR", "PLTE", "IDAT", "IEND"], chunks.Select(c => c.Type));
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(chunks[0].Data), BinaryPrimitives.ReadInt32BigEndian(chunks[0].Data.AsSpan(4)));
        Assert.Equal((1200, 630), (width, height));
        using var pixels = new MemoryStream();
        using (var packed = new ZLibStream(new MemoryStream(chunks[2].Data), CompressionMode.Decompress))
        {
            packed.CopyTo(pixels);
        }

        Assert.Equal((width + 1) * height, pixels.Length);
        var used = pixels.ToArray().Chunk(width + 1).SelectMany(row => row.Skip(1)).Distinct().ToList();
        // Background, frame, text in two shades and the colours of the histogram.
        Assert.InRange(used.Count, 5, chunks[1].Data.Length / 3);
    }

    [SkippableFact]
    public async Task Preview_InChromium_IsAPicture()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync();
        await page.GotoAsync(site.Address + "/A/1/4/preview.png");
        Assert.Equal(1200, await page.EvaluateAsync<int>("document.images[0].naturalWidth"));
    }

    [Fact]
    public async Task Examples_AsTable_HoldEveryTokenOnce()
    {
        using var answer = await site.Client.GetAsync(new Uri("/B/1/4/examples.csv", UriKind.Relative));
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("B-1-4-examples.csv", answer.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
        var report = Storage.SampleReports.Report(4);
        var rows = Rows(await answer.Content.ReadAsStringAsync());
        var top = rows.Where(r => r[1] == "top").ToList();
        Assert.Equal(report.Top.Sum(e => e.Tokens.Count), top.Count);
        Assert.Equal(report.Top.SelectMany(e => e.Activations), top.Select(r => float.Parse(r[11], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains(rows, r => r[9] == " <script>");
        Assert.All(rows, r => Assert.Equal(12, r.Count));
        Assert.Equal(
            report.Top.SelectMany(e => e.Tokens).Select(site.Service<ExplorerData>().Open(site.Service<FeatureStore>().FindDictionary("B", "1")!).Text.Original),
            top.Select(r => System.Text.Json.JsonSerializer.Deserialize<string>(r[10])));
    }

    [Theory]
    [InlineData("=")]
    [InlineData("+")]
    [InlineData("--")]
    [InlineData("@a, \"b\"\n")]
    [InlineData("'=")]
    [InlineData("\t")]
    [InlineData("ة")]
    public void Csv_ExactText_ReadsBackAsItIs(string token)
    {
        var csv = new FeatureExplorer.Web.Endpoints.Answers.Csv("token_json");
        csv.Add(FeatureExplorer.Web.Endpoints.Answers.Csv.Exact(token));
        Assert.Equal(token, System.Text.Json.JsonSerializer.Deserialize<string>(Rows(Encoding.UTF8.GetString(csv.ToBytes()))[^1][0]));
    }

    [Fact]
    public void Csv_TextThatLooksLikeAFormula_StaysText()
    {
        var csv = new FeatureExplorer.Web.Endpoints.Answers.Csv("a", "b");
        csv.Add("=1+1", -2.5);
        csv.Add("say \"no\", twice\n", null);
        Assert.Equal("a,b\r\n'=1+1,-2.5\r\n\"say \"\"no\"\", twice\n\",\r\n", Encoding.UTF8.GetString(csv.ToBytes()));
    }

    private static string Meta(IDocument page, string property) => page.QuerySelector($"meta[property='{property}']")!.GetAttribute("content")!;

    private static List<(string Type, byte[] Data)> Chunks(byte[] png)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png.Take(8));
        var chunks = new List<(string, byte[])>();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var body = png[(at + 4)..(at + 8 + length)];
            Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)), Crc(body));
            chunks.Add((Encoding.ASCII.GetString(body[..4]), body[4..]));
            at += 12 + length;
        }

        return chunks;
    }

    // The runtime's own: a gzip file ends with the checksum and the length of what it holds.
    private static uint Crc(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(packed.ToArray().AsSpan()[^8..]);
    }

    // A reader of its own: quotes, doubled quotes, line breaks within quotes.
    private static List<List<string>> Rows(string csv)
    {
        var rows = new List<List<string>>();
        var row = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < csv.Length; i++)
        {
            if (quoted && csv[i] == '"' && i + 1 < csv.Length && csv[i + 1] == '"')
            {
                cell.Append(csv[i++]);
            }
            else if (csv[i] == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && csv[i] is ',' or '\n')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (csv[i] == '\n')
                {
                    rows.Add(row);
                    row = [];
                }
            }
            else if (quoted || csv[i] != '\r')
            {
                cell.Append(csv[i]);
            }
        }

        return rows[1..];
    }
}
