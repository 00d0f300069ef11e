using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Tests.Web.Security;
using Microsoft.AspNetCore.Routing;

namespace FeatureExplorer.Tests.Web.Addresses;

/// <summary>Every form that a page handles itself, with rubbish in every field, one at a time and all at once: an answer, never an error of the program.</summary>
public sealed class PageFormFuzzTests
{
    // The run's form has a test of its own, with a sentence for every field.
    private static readonly string[] Elsewhere = ["run"];

    [Fact]
    public async Task Post_RubbishInPageForms_IsNoError()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        LabelTests.Publish(site);
        using var admin = await site.Visitor(Role.Admin);
        var pages = MappedEndpoints.Own(site.Service<EndpointDataSource>()).Where(e => MappedEndpoints.IsPage(e) && MappedEndpoints.Pattern(e) != "/setup")
            .Select(e => MappedEndpoints.Url(e)).Distinct().ToList();
        using var stranger = site.Visitor();
        var forms = await Fuzz(admin, pages);
        forms.UnionWith(await Fuzz(stranger, ["/login"]));
        Assert.Superset(new HashSet<string> { "change-password", "sign-in" }, forms);
    }

    [Fact]
    public async Task Post_RubbishInTheFirstForm_IsNoError()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var stranger = site.Visitor();
        Assert.Equal(["set-up"], await Fuzz(stranger, ["/setup"]));
        Assert.Empty(site.Service<AccountStore>().All());
    }

    private static async Task<HashSet<string>> Fuzz(Visitor visitor, IEnumerable<string> pages)
    {
        var met = new HashSet<string>();
        foreach (var page in pages)
        {
            foreach (var form in await Forms(visitor, page))
            {
                if (Handler(form) is var handler && !Elsewhere.Contains(handler) && met.Add(handler))
                {
                    await Fuzz(visitor, page, form);
                }
            }
        }

        return met;
    }

    private static async Task Fuzz(Visitor visitor, string page, IHtmlFormElement form)
    {
        var hidden = form.QuerySelectorAll("input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value") ?? string.Empty)).ToList();
        var fields = form.QuerySelectorAll("[name]").Where(f => f.GetAttribute("type") != "hidden").Select(f => f.GetAttribute("name")!).Distinct().ToList();
        IEnumerable<string[]> chosen = fields.Select(static field => (string[])[field]).Append([.. fields]);
        foreach (var names in chosen)
        {
            foreach (var value in Rubbish.All)
            {
                using var content = new FormUrlEncodedContent(hidden.Concat(fields.Select(field => KeyValuePair.Create(field, names.Contains(field) ? value : "x"))));
                using var answer = await visitor.Client.PostAsync(new Uri(page, UriKind.Relative), content);
                Assert.True((int)answer.StatusCode < 500, $"{page} {Handler(form)}, {string.Join(", ", names)} = {value[..Math.Min(value.Length, 30)]}: {answer.StatusCode}");
                Assert.True(answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.SeeOther || (await answer.Content.ReadAsStringAsync()).Length > 0, $"{page} {Handler(form)}: {answer.StatusCode} without a word");
            }
        }
    }

    private static async Task<List<IHtmlFormElement>> Forms(Visitor visitor, string page)
    {
        using var answer = await visitor.Get(page);
        return answer.StatusCode != HttpStatusCode.OK || answer.Content.Headers.ContentType?.MediaType != "text/html"
            ? []
            : [.. (await Visitor.Parse(answer)).QuerySelectorAll<IHtmlFormElement>("form[method=post]").Where(form => Handler(form).Length > 0)];
    }

    private static string Handler(IHtmlFormElement form) => form.QuerySelector("input[name=_handler]")?.GetAttribute("value") ?? string.Empty;
}
