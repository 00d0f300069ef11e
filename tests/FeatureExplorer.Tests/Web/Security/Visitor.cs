using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace FeatureExplorer.Tests.Web.Security;

/// <summary>A browser without script: keeps cookies, fills in forms as they come, follows no redirect.</summary>
internal sealed class Visitor : IDisposable
{
    public Visitor(Uri address)
    {
        Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = address };
    }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Client { get; }

    public string Name { get; set; } = string.Empty;

    public Task<HttpResponseMessage> Get(string url) => Client.GetAsync(new Uri(url, UriKind.Relative));

    public async Task<HttpStatusCode> Status(string url)
    {
        using var answer = await Get(url);
        return answer.StatusCode;
    }

    /// <summary>A page that must be there.</summary>
    public async Task<IDocument> Page(string url)
    {
        using var answer = await Get(url);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{url}: {answer.StatusCode}");
        return await Parse(answer);
    }

    /// <summary>Fills in a form of a page and sends it.</summary>
    /// <param name="url">The page.</param>
    /// <param name="form">The form's name, or the address that it posts to.</param>
    public async Task<HttpResponseMessage> Post(string url, string form, params (string Name, string Value)[] fields)
    {
        var page = await Page(url);
        var found = page.QuerySelectorAll<IHtmlFormElement>("form[method=post]")
            .Single(f => f.QuerySelector("input[name=_handler]")?.GetAttribute("value") == form || f.GetAttribute("action") == form);
        var values = found.QuerySelectorAll("input[type=hidden]").ToDictionary(i => i.GetAttribute("name")!, i => i.GetAttribute("value") ?? string.Empty);
        foreach (var (name, value) in fields)
        {
            values[name] = value;
        }

        using var content = new FormUrlEncodedContent(values);
        return await Client.PostAsync(new Uri(found.GetAttribute("action") is { Length: > 0 } action ? action : url, UriKind.Relative), content);
    }

    public Task<HttpResponseMessage> SignIn(string name, string password, string page = "/login") =>
        Post(page, "sign-in", ("UserName", name), ("Password", password));

    /// <summary>The token of a form on a page, as scripts send it.</summary>
    public async Task<string> Token(string url = "/login") =>
        (await Page(url)).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;

    public static async Task<IDocument> Parse(HttpResponseMessage answer) =>
        await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync());

    public void Dispose() => Client.Dispose();
}
