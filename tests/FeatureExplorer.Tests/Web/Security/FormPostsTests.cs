using System.Net;
using System.Text;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Tests.Web.Addresses;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Routing;

namespace FeatureExplorer.Tests.Web.Security;

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
}
