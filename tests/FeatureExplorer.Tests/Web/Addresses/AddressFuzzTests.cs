using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace FeatureExplorer.Tests.Web.Addresses;

/// <summary>Rubbish in every part of every address and form, from the server's own list of endpoints.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class AddressFuzzTests(SampleSite site)
{
    private static readonly ExplorerOptions Idle = AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } };

    [Fact]
    public void Endpoint_Each_DeclaresWhatItReadsAndReadsWhatItDeclares()
    {
        var endpoints = MappedEndpoints.Own(site.Service<EndpointDataSource>());
        Assert.InRange(endpoints.Sum(e => MappedEndpoints.Declared(e).Count), 40, 1000);
        Assert.All(endpoints, e => Assert.Equal(
            MappedEndpoints.Read(e).Order(StringComparer.Ordinal), MappedEndpoints.Declared(e).Select(p => p.Name).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Query_Rubbish_IsRefusedByNameUnlessItIsAValue()
    {
        var tried = await FuzzQueries(site.Client, MappedEndpoints.Own(site.Service<EndpointDataSource>()).Where(e => e.Metadata.GetMetadata<IAuthorizeData>() is null));
        Assert.InRange(tried, 1000, 100_000);
    }

    [Fact]
    public async Task Query_RubbishToAdministratorsPages_IsRefusedByNameUnlessItIsAValue()
    {
        await using var accounts = await AccountSite.Start(Idle);
        using var visitor = await accounts.Visitor(Role.Admin);
        var tried = await FuzzQueries(visitor.Client, MappedEndpoints.Own(accounts.Service<EndpointDataSource>()).Where(e => e.Metadata.GetMetadata<IAuthorizeData>() is not null));
        Assert.InRange(tried, 100, 10_000);
    }

    [Fact]
    public async Task Route_Rubbish_IsNotFound()
    {
        foreach (var endpoint in MappedEndpoints.Own(site.Service<EndpointDataSource>()).Where(e => MappedEndpoints.Takes(e, "GET") && !MappedEndpoints.Pattern(e).Contains("**", StringComparison.Ordinal)))
        {
            foreach (var parameter in endpoint.RoutePattern.Parameters)
            {
                foreach (var value in Rubbish.All)
                {
                    using var answer = await Ask(site.Client, MappedEndpoints.Url(endpoint, parameter.Name, value));
                    Assert.True((int)answer.StatusCode is >= 300 and < 500, $"{MappedEndpoints.Pattern(endpoint)}, {parameter.Name} = {Start(value)}: {answer.StatusCode}");
                }
            }
        }
    }

    [Fact]
    public async Task Form_RubbishInAnyField_IsNoError()
    {
        await using var accounts = await AccountSite.Start(Idle);
        LabelTests.Publish(accounts);
        using var visitor = await accounts.Visitor(Role.Admin);
        var token = await visitor.Token("/account");
        // Signing out would be the end of it.
        var endpoints = MappedEndpoints.Own(accounts.Service<EndpointDataSource>())
            .Where(e => MappedEndpoints.Takes(e, "POST") && !MappedEndpoints.IsPage(e) && MappedEndpoints.Pattern(e) != "/logout").ToList();
        Assert.NotEmpty(endpoints);
        foreach (var endpoint in endpoints)
        {
            foreach (var field in MappedEndpoints.Fields(endpoint))
            {
                foreach (var value in Rubbish.All)
                {
                    using var form = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token), KeyValuePair.Create(field, value)]);
                    using var answer = await visitor.Client.PostAsync(new Uri(MappedEndpoints.Url(endpoint), UriKind.Relative), form);
                    Assert.True((int)answer.StatusCode is >= 300 and < 500, $"{MappedEndpoints.Pattern(endpoint)}, {field} = {Start(value)}: {answer.StatusCode}");
                    if (answer.Headers.Location is { } next)
                    {
                        Assert.True((await visitor.Get(next.OriginalString)).StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{field} = {Start(value)} leads to {next}");
                    }
                }
            }
        }
    }

    private static async Task<int> FuzzQueries(HttpClient client, IEnumerable<RouteEndpoint> endpoints)
    {
        var tried = 0;
        foreach (var endpoint in endpoints.Where(e => MappedEndpoints.Takes(e, "GET")))
        {
            foreach (var parameter in MappedEndpoints.Declared(endpoint))
            {
                foreach (var value in Rubbish.All)
                {
                    await Try(client, endpoint, parameter, value);
                    tried++;
                }
            }
        }

        return tried;
    }

    private static async Task Try(HttpClient client, RouteEndpoint endpoint, AddressParameterAttribute parameter, string value)
    {
        using var answer = await Ask(client, $"{MappedEndpoints.Url(endpoint)}?{parameter.Name}={Uri.EscapeDataString(value)}");
        var what = $"{MappedEndpoints.Pattern(endpoint)}, {parameter.Name} = {Start(value)}: {answer.StatusCode}";
        Assert.True((int)answer.StatusCode < 500, what);
        if (answer.StatusCode == HttpStatusCode.RequestUriTooLong)
        {
            Assert.True(value.Length > 2000, what);
        }
        else if (parameter.Read(value) is null)
        {
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, what);
            var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
            Assert.True(text.Contains($"{parameter.Name} is ", StringComparison.Ordinal) && text.Contains($"it must be {parameter.Values}", StringComparison.Ordinal), $"{what}: {text}");
        }
    }

    private static Task<HttpResponseMessage> Ask(HttpClient client, string url) => client.GetAsync(new Uri(url, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

    private static string Start(string value) => value.Length > 40 ? $"{value[..10]}… ({value.Length})" : value;
}
