using System.Net;
using System.Text.Json;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Addresses;

namespace FeatureExplorer.Tests.Web.Addresses;

[Collection(SampleSiteTests.Name)]
public sealed class AddressCheckTests(SampleSite site)
{
    [Theory]
    [InlineData("/api/v1/A/1/4/examples?from=1,5", "from is \"1,5\"; it must be a number")]
    [InlineData("/api/v1/A/1/4/examples?token=-1", "token is \"-1\"; it must be a whole number from 0 to 1048575")]
    [InlineData("/api/v1/A/1/4/examples?from=inf&to=-inf", "from is \"inf\"")]
    [InlineData("/api/v1/A/1/4/examples?order=zzz", "one of activation, weakest, document, random")]
    [InlineData("/api/v1/A/1/4/examples?order=1", "one of activation, weakest, document, random")]
    [InlineData("/api/v1/A/1?sort=bogus", "sort is \"bogus\"; it must be one of index, density, max, context")]
    [InlineData("/api/v1/A/1?sort=maximum", "one of index, density, max, context")]
    [InlineData("/api/v1/A/1?state=alive", "one of live, ultralow, dead")]
    [InlineData("/api/v1/A/1?context=klingon", "one of the contexts of A/1")]
    [InlineData("/api/v1/A/1?page=1&page=2", "page is given 2 times")]
    [InlineData("/api/v1/A/1?page=999", "page is \"999\"; the list has 1 page.")]
    [InlineData("/api/v1/B/1?page=4", "page is \"4\"; the list has 3 pages.")]
    [InlineData("/api/v1/A/1/map?with=A/20", "There is no dictionary A/20. Model A has A/1 and its neurons A/neurons. A/1 is mapped with B/1.")]
    [InlineData("/charts/A/1/map?with=C/1", "There is no dictionary C/1. There is no model C; there are A and B.")]
    [InlineData("/charts/pareto?model=C", "model is \"C\". There is no model C; there are A and B.")]
    [InlineData("/charts/pareto?site=mlp.post.0", "site is \"mlp.post.0\"; it must be left out")]
    [InlineData("/api/v1/A/1/4/evidence?context=klingon", "one of the contexts of A/1")]
    [InlineData("/api/v1/compare?left=A/1/4&right=A/neurons/7&context=klingon", "one of the contexts of A/1")]
    [InlineData("/A/1/4/histogram.svg?context=klingon", "context is \"klingon\". This dictionary has no index")]
    [InlineData("/embed/A/1/4?context=klingon", "context is \"klingon\". This dictionary has no index")]
    [InlineData("/embed/A/1/4?parts=examples,weights", "some of histogram, examples, logits")]
    public async Task Endpoint_ValueThatIsNone_Answers400WithAProblemThatNamesIt(string url, string says)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(says, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/A/1?sort=maximum", "sort is \"maximum\"; it must be one of index, density, max, context")]
    [InlineData("/A/1?order=up", "one of asc, desc")]
    [InlineData("/A/1?page=0", "page is \"0\"")]
    [InlineData("/A/1?context=klingon", "one of the contexts of A/1")]
    [InlineData("/A/1/4/ablation?example=abc", "example is \"abc\"")]
    [InlineData("/A/1/4?from=abc", "from is \"abc\"")]
    [InlineData("/A/1/4?context=klingon", "has no index")]
    [InlineData("/A/1/context?context=klingon", "has no index")]
    [InlineData("/contexts?in=X/9", "in is \"X/9\". There is no dictionary X/9. There is no model X; there are A and B.")]
    [InlineData("/contexts/new?in=A/9", "in is \"A/9\". There is no dictionary A/9. Model A has A/1 and its neurons A/neurons.")]
    [InlineData("/A/1/map?with=A/1", "That is the dictionary of the map itself. A/1 is mapped with B/1.")]
    [InlineData("/A/1/map?with=A/neurons", "Neurons have no directions of their own to map. A/1 is mapped with B/1.")]
    [InlineData("/A/splitting?feature=A/neurons/7", "A/neurons/7 is a neuron, and neurons do not split")]
    [InlineData("/A/splitting?feature=B/1/3", "B/1/3 is of model B, and this page is about model A: see /B/splitting?feature=B/1/3.")]
    [InlineData("/A/splitting?feature=A/1/24", "There is no feature A/1/24. Dictionary A/1 has features 0 to 23.")]
    [InlineData("/A/sites?dictionaries=20", "The model has no dictionary 20")]
    [InlineData("/pareto?model=C", "There is no model C; there are A and B.")]
    [InlineData("/A/1/text?q=a&feature=24", "from 0 to 23")]
    [InlineData("/compare?left=A/1/4&right=<b>", "right is \"<b>\"")]
    [InlineData("/compare?left=A/1/4&right=B/1/999", "There is no feature B/1/999. Dictionary B/1 has features 0 to 129.")]
    [InlineData("/runs/compare?ids=1,x", "ids is \"1,x\"")]
    public async Task Page_ValueThatIsNone_Answers400AndSaysWhy(string url, string says)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        var page = await Visitor.Parse(answer);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        Assert.Single(page.QuerySelectorAll("h1"));
        Assert.Contains("default-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/C", "There is no model C; there are A and B.")]
    [InlineData("/C/1", "There is no dictionary C/1. There is no model C; there are A and B.")]
    [InlineData("/A/20", "There is no dictionary A/20. Model A has A/1 and its neurons A/neurons.")]
    [InlineData("/A/1/24", "There is no feature A/1/24. Dictionary A/1 has features 0 to 23.")]
    [InlineData("/A/20/3/steer", "There is no dictionary A/20.")]
    [InlineData("/C/sites", "There is no model C; there are A and B.")]
    [InlineData("/C/splitting", "There is no model C; there are A and B.")]
    public async Task Address_OfWhatDoesNotExist_SaysWhatDoesOnThePageAndOverTheApi(string url, string says)
    {
        var page = await Visitor.Parse(await site.Client.GetAsync(new Uri(url, UriKind.Relative)));
        Assert.Contains(says, page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        if (!url.EndsWith("splitting", StringComparison.Ordinal))
        {
            using var answer = await site.Client.GetAsync(new Uri("/api/v1" + url, UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains(says, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/B/1?page=99&sort=max", 3, "/B/1?sort=max&page=3")]
    [InlineData("/A/1?page=2", 1, "/A/1")]
    public async Task Page_PastTheEndOfItsList_SaysSoAndNamesTheLast(string url, int last, string address)
    {
        var said = (await site.Page(url)).QuerySelectorAll("[role=status]").Single(static note => note.TextContent.Contains("There is no page", StringComparison.Ordinal));
        Assert.Contains(last == 1 ? "the list has one page" : $"this is page {last}, the last one", said.TextContent, StringComparison.Ordinal);
        Assert.Equal(address, said.QuerySelector("a")!.GetAttribute("href"));
        Assert.DoesNotContain("There is no page", (await site.Page(address)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/A/1?sort=&order=&state=&page=&q=&context=")]
    [InlineData("/A/1?SORT=MAX&Order=Desc&state=Live")]
    [InlineData("/A/1/4?from=0.5&to=1e3&order=random&seed=18446744073709551615")]
    [InlineData("/compare?left=/A/1/4&right=A/neurons/7&seed=3")]
    [InlineData("/runs/compare?ids=1, 2&id=3&id=4")]
    [InlineData("/A/1?utm_source=letter&page=1")]
    public async Task Address_WhatForms_AndOthersSend_IsTaken(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("/A/1?page=1&sort=max&order=desc", "/A/1?utm=x&order=DESC&page=01&q=&sort=Max")]
    [InlineData("/A/1/4", "/A/1/4?secret=1")]
    [InlineData("/A/1/4?context=cyrillic", "/A/1/4?context=cyrillic&x=&other=2")]
    public async Task Page_OfTheSameValues_IsTheSameInEveryForm(string url, string other)
    {
        Assert.Equal(await site.Client.GetStringAsync(new Uri(url, UriKind.Relative)), await site.Client.GetStringAsync(new Uri(other, UriKind.Relative)));
    }

    [Theory]
    [InlineData("12", "12")]
    [InlineData("0012", "12")]
    [InlineData("0", null)]
    [InlineData("51", null)]
    [InlineData("-1", null)]
    [InlineData("1.0", null)]
    [InlineData(" 1", null)]
    [InlineData("٣", null)]
    public void Read_WholeNumber_IsDigitsInTheRange(string value, string? expected) => Assert.Equal(expected, new WholeNumberParameterAttribute("page", 1, 50).Read(value));

    [Theory]
    [InlineData("1.50", "1.5")]
    [InlineData("1e-3", "0.001")]
    [InlineData(".5", "0.5")]
    [InlineData("1,5", null)]
    [InlineData("-1", null)]
    [InlineData("NaN", null)]
    [InlineData("Infinity", null)]
    [InlineData("1e39", null)]
    public void Read_Number_IsFiniteAndNotNegative(string value, string? expected) => Assert.Equal(expected, new NumberParameterAttribute("from").Read(value));

    [Theory]
    [InlineData("Weakest", "weakest")]
    [InlineData("1", null)]
    [InlineData("activation,weakest", null)]
    [InlineData("", null)]
    public void Read_Enumeration_IsANameAndNothingElse(string value, string? expected) => Assert.Equal(expected, new EnumParameterAttribute<ActivationOrder>("order").Read(value));

    [Fact]
    public void Read_Text_CountsTheEndOfALineOnce()
    {
        var text = new TextParameterAttribute("q", 5);
        Assert.Equal("ab\r\ncd", text.Read("ab\r\ncd"));
        Assert.Null(text.Read("ab\r\ncde"));
        Assert.Null(text.Read("a\u0000"));
    }

    [Fact]
    public async Task Role_ThatIsNone_IsRefusedByName()
    {
        await using var accounts = await AccountSite.Start(AccountSite.Patient);
        using var admin = await accounts.Visitor(Role.Admin);
        foreach (var role in (string[])["99", "3", "2", "-1", "2147483647", "Admin,Viewer", "Viewer, Annotator", "root"])
        {
            Assert.Null(EnumWords.Parse<Role>(role));
            using var answer = await admin.Get($"/accounts?role={Uri.EscapeDataString(role)}");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains($"role is \"{role}\"; it must be one of viewer, annotator, admin", (await Visitor.Parse(answer)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AccountName_OfRubbish_IsRefusedOrTaken()
    {
        await using var accounts = await AccountSite.Start(AccountSite.Patient);
        using var admin = await accounts.Visitor(Role.Admin);
        foreach (var name in Rubbish.All)
        {
            var result = await accounts.Manage(admin, (service, user) => service.Create(user, name, Role.Viewer));
            Assert.True(result.Succeeded || result is { InName: true, Problem.Length: > 0 }, $"{name[..Math.Min(name.Length, 30)]}: {result.Problem}");
            Assert.Equal(result.Succeeded, accounts.Service<AccountStore>().All().Any(a => a.Name == name.Trim()));
        }
    }

    [Theory]
    [InlineData("running", RunStatus.Running)]
    [InlineData("1", null)]
    [InlineData("Running,Queued", null)]
    [InlineData(null, null)]
    public void EnumWords_Parse_TakesNamesAlone(string? word, RunStatus? expected) => Assert.Equal(expected, EnumWords.Parse<RunStatus>(word));
}
