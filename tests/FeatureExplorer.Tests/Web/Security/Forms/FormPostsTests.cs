using System.Net;
using System.Text;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Tests.Web.Addresses;
using FeatureExplorer.Web.Security.Forms;
using Microsoft.AspNetCore.Routing;

namespace FeatureExplorer.Tests.Web.Security.Forms;

public sealed class FormPostsTests
{
    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("text/plain", "NewRole=Admin")]
    [InlineData("application/xml", "<a/>")]
    public async Task Post_OfWhatIsNoForm_IsUnsupportedEverywhere(string type, string body)
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var admin = await site.Visitor(Role.Admin);
        var token = await admin.Token("/account");
        var endpoints = MappedEndpoints.Own(site.Service<EndpointDataSource>()).Where(e => MappedEndpoints.IsPage(e) || MappedEndpoints.Fields(e).Count > 0).ToList();
        Assert.InRange(endpoints.Count, 30, 1000);
        foreach (var endpoint in endpoints)
        {
            foreach (var sent in (string?[])[token, null])
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, MappedEndpoints.Url(endpoint)) { Content = new StringContent(body, Encoding.UTF8, type) };
                if (sent is not null)
                {
                    request.Headers.Add(WriteProtection.Header, sent);
                }

                using var answer = await admin.Client.SendAsync(request);
                Assert.True(answer.StatusCode == HttpStatusCode.UnsupportedMediaType, $"{MappedEndpoints.Pattern(endpoint)}: {answer.StatusCode}");
            }
        }
    }

    [Theory]
    [InlineData("nosuch", true, "This page has no form of the name that was sent")]
    [InlineData(null, true, "This page has no form of the name that was sent")]
    [InlineData("change-password", false, "The form was out of date")]
    [InlineData("change-password", null, "The form was out of date")]
    public async Task Post_ToAPageThatDoesNotTakeIt_IsAnsweredWithASentence(string? handler, bool? token, string says)
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var visitor = await site.Visitor(Role.Viewer);
        var fields = new Dictionary<string, string> { ["Current"] = "x" };
        if (handler is not null)
        {
            fields["_handler"] = handler;
        }

        if (token is not null)
        {
            fields["__RequestVerificationToken"] = token == true ? await visitor.Token("/account") : "out of date";
        }

        using var form = new FormUrlEncodedContent(fields);
        using var answer = await visitor.Client.PostAsync(new Uri("/account", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var page = await Visitor.Parse(answer);
        Assert.Equal("Not understood", page.QuerySelector("h1")!.TextContent);
        Assert.Contains(says, page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/account")]
    [InlineData("/corpora/upload")]
    public async Task Post_OfAFormThatEndsEarly_IsRefusedForThat(string url)
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var admin = await site.Visitor(Role.Admin);
        var token = await admin.Token("/account");
        foreach (var accept in (string[])["text/html", "application/json"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent("--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nhalf") };
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
            request.Headers.Add(WriteProtection.Header, token);
            request.Headers.Accept.ParseAdd(accept);
            using var answer = await admin.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal(accept == "text/html" ? accept : "application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Contains("What was sent ends early", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Post_ToAnEndpointWithoutItsToken_IsAnsweredWithASentence()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var admin = await site.Visitor(Role.Admin);
        var endpoints = MappedEndpoints.Own(site.Service<EndpointDataSource>()).Where(e => MappedEndpoints.Fields(e).Count > 0).ToList();
        Assert.InRange(endpoints.Count, 10, 1000);
        foreach (var endpoint in endpoints)
        {
            using var form = new FormUrlEncodedContent([KeyValuePair.Create(MappedEndpoints.Fields(endpoint)[0], "x")]);
            using var answer = await admin.Client.PostAsync(new Uri(MappedEndpoints.Url(endpoint), UriKind.Relative), form);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest && (text.Contains("out of date", StringComparison.Ordinal)), $"{MappedEndpoints.Pattern(endpoint)}: {answer.StatusCode} {text}");
        }
    }
}
