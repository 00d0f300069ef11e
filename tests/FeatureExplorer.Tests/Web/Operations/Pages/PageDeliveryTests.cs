using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Tests.Web.Operations.Pages;

[Collection(SampleSiteTests.Name)]
public sealed class PageDeliveryTests(SampleSite site)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/A/1/4?context=cyrillic")]
    public async Task Page_ForReading_SetsNoCookieAndIsNotSentTwice(string url)
    {
        using var first = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.False(first.Headers.Contains("Set-Cookie"));
        Assert.False(first.Headers.CacheControl!.NoStore);
        Assert.True(first.Headers.CacheControl.NoCache);
        Assert.Equal(["Cookie", "Accept-Encoding"], first.Headers.Vary);
        Assert.Equal((await first.Content.ReadAsByteArrayAsync()).Length, first.Content.Headers.ContentLength);
        using var again = await Ask(url, first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        using var other = await Ask(url, new EntityTagHeaderValue("\"other\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData("/about")]
    [InlineData("/A/1/4")]
    public async Task Page_WhereGzipIsTaken_IsTheSameInFewerBytes(string url)
    {
        var plain = await site.Client.GetByteArrayAsync(new Uri(url, UriKind.Relative));
        for (var time = 0; time < 2; time++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.AcceptEncoding.ParseAdd("br, gzip");
            using var answer = await site.Client.SendAsync(request);
            Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
            var packed = await answer.Content.ReadAsByteArrayAsync();
            Assert.True(packed.Length < plain.Length / 2);
            using var text = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            await text.CopyToAsync(unpacked);
            Assert.Equal(plain, unpacked.ToArray());
        }
    }

    [Theory]
    [InlineData("gzip;q=0")]
    [InlineData("br")]
    public async Task Page_WhereGzipIsNotTaken_GoesAsItIs(string encodings)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/A/1/4");
        request.Headers.AcceptEncoding.ParseAdd(encodings);
        using var answer = await site.Client.SendAsync(request);
        Assert.Empty(answer.Content.Headers.ContentEncoding);
        Assert.EndsWith("</html>", (await answer.Content.ReadAsStringAsync()).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_AskedForAgain_IsNotDrawnAgainUntilItsContentChanges()
    {
        await using var accounts = await AccountSite.Start(AccountSite.Patient);
        LabelTests.Publish(accounts);
        using var visitor = accounts.Visitor();
        var first = await Density();
        // Nobody writes to a published feature; here it is the mark by which to tell a page that was drawn anew.
        Sql("UPDATE Features SET Density = 0.25");
        Assert.Equal(first, await Density());
        Assert.NotEqual(first, await Density("?sort=max"));
        using (var annotator = await accounts.Visitor(Role.Annotator))
        {
            Assert.NotEqual(first, await Density(of: annotator));
        }

        Sql("UPDATE Dictionaries SET Status = Status");
        Assert.NotEqual(first, await Density());

        async Task<string> Density(string query = "", Visitor? of = null) =>
            (await (of ?? visitor).Page("/B/1" + query)).QuerySelector("table.features tbody tr")!.TextContent;

        void Sql(string sql)
        {
            using var db = accounts.Service<FeatureDatabase>().NewContext();
            db.Database.ExecuteSqlRaw(sql);
        }
    }

    [Fact]
    public async Task Page_WithParametersThatNobodyReads_IsKeptOnceAndShowsNoneOfThem()
    {
        await using var accounts = await AccountSite.Start(AccountSite.Patient);
        LabelTests.Publish(accounts);
        using var visitor = accounts.Visitor();
        Task<string> Text(string query) => visitor.Client.GetStringAsync(new Uri("/B/1" + query, UriKind.Relative));
        var first = await Text("?evil=%22%3Ebait");
        Assert.DoesNotContain("bait", first, StringComparison.Ordinal);
        using (var db = accounts.Service<FeatureDatabase>().NewContext())
        {
            // As above: what is drawn anew shows it.
            db.Database.ExecuteSqlRaw("UPDATE Features SET Density = 0.25");
        }

        Assert.Equal(first, await Text(string.Empty));
        Assert.Equal(first, await Text("?utm=1&x=&" + new string('z', 2000)));
    }

    [Theory]
    [InlineData("/B/9")]
    [InlineData("/B/9/0")]
    public async Task Page_OfADictionaryThatIsForming_IsDrawnAnewEachTime(string url)
    {
        await using var accounts = await AccountSite.Start(AccountSite.Patient);
        LabelTests.Publish(accounts);
        using var visitor = accounts.Visitor();
        for (var step = 100; step <= 200; step += 100)
        {
            new RunWriter(accounts.Service<FeatureDatabase>()).Publish(
                SampleReports.Draft(6, "9", "B") with { Forming = new FormingStep(step, 1000) }, SampleReports.Reports(6), SampleVocabulary.Text);
            Assert.Contains($"step {step}", (await visitor.Page(url)).Body!.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Page_WithAnotherTheme_IsAnother()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/A/1/4");
        request.Headers.Add("Cookie", "theme=dark");
        var light = await site.Client.GetStringAsync(new Uri("/A/1/4", UriKind.Relative));
        using var dark = await site.Client.SendAsync(request);
        Assert.Contains("data-theme=\"system\"", light, StringComparison.Ordinal);
        Assert.Contains("data-theme=\"dark\"", await dark.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WithAForm_IsKeptNowhere()
    {
        using var answer = await site.Client.GetAsync(new Uri("/login", UriKind.Relative));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Null(answer.Headers.ETag);
        Assert.StartsWith("featureexplorer-form=", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ForSomebodySignedIn_IsKeptNowhere()
    {
        using var accounts = await AccountSite.Start(AccountSite.Patient);
        using var visitor = await accounts.Visitor(Role.Viewer);
        using var answer = await visitor.Get("/about");
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Null(answer.Headers.ETag);
        await accounts.DisposeAsync();
    }

    [Fact]
    public async Task Pages_ManyAtOnce_AreAllAnswered()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            using var answer = await site.Client.GetAsync(new Uri($"/A/1/{i % 24}", UriKind.Relative));
            return (answer.StatusCode, Text: await answer.Content.ReadAsStringAsync());
        }));
        Assert.All(answers.Select((a, i) => (a, i)), pair =>
        {
            Assert.Equal(HttpStatusCode.OK, pair.a.StatusCode);
            Assert.Contains($" · A/1/{pair.i % 24} · FeatureExplorer</title>", pair.a.Text, StringComparison.Ordinal);
            Assert.EndsWith("</html>", pair.a.Text.TrimEnd(), StringComparison.Ordinal);
        });
    }

    private Task<HttpResponseMessage> Ask(string url, EntityTagHeaderValue tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.IfNoneMatch.Add(tag);
        return site.Client.SendAsync(request);
    }
}
