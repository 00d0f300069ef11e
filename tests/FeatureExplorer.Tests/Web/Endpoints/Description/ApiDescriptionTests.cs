using System.Text;
using FeatureExplorer.Tests.Web.Addresses;
using FeatureExplorer.Web;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace FeatureExplorer.Tests.Web.Endpoints.Description;

/// <summary>The description of the API is what the server does, what is committed, and valid.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class ApiDescriptionTests(SampleSite site)
{
    private const string Renew = "RENEW_OPENAPI";
    private const string File = "docs/openapi.json";

    [SkippableFact]
    public async Task Description_OfTheServer_IsTheCommittedOne()
    {
        var root = FindRoot();
        Skip.If(root is null, "The source tree is not here.");
        var served = await site.Client.GetByteArrayAsync(new Uri("/api/v1/openapi.json", UriKind.Relative));
        var committed = Path.Combine(root, File);
        if (Environment.GetEnvironmentVariable(Renew) == "1")
        {
            await System.IO.File.WriteAllBytesAsync(committed, served);
        }

        Assert.True(
            System.IO.File.Exists(committed) && Encoding.UTF8.GetString(served) == await System.IO.File.ReadAllTextAsync(committed),
            $"{File} is not what the server says of its API. Renew it with: {Renew}=1 dotnet test tests/FeatureExplorer.Tests -c Release --filter ApiDescriptionTests");
    }

    [Fact]
    public async Task Description_Parsed_IsValidOpenApi()
    {
        var read = OpenApiDocument.Parse(await site.Client.GetStringAsync(new Uri("/api/v1/openapi.json", UriKind.Relative)), "json");
        Assert.NotNull(read.Diagnostic);
        Assert.Empty(read.Diagnostic.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Empty(read.Document!.Validate(ValidationRuleSet.GetDefaultRuleSet()));
    }

    [Fact]
    public async Task Description_OfEveryEndpoint_HasASummaryItsParametersAndItsErrors()
    {
        var document = OpenApiDocument.Parse(await site.Client.GetStringAsync(new Uri("/api/v1/openapi.json", UriKind.Relative)), "json").Document!;
        var endpoints = MappedEndpoints.Own(site.Service<EndpointDataSource>())
            .Where(e => MappedEndpoints.Pattern(e).StartsWith(Urls.Api, StringComparison.Ordinal) && !MappedEndpoints.Pattern(e).Contains("**", StringComparison.Ordinal) && !MappedEndpoints.Pattern(e).EndsWith("openapi.json", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(endpoints.Select(Described).Order(StringComparer.Ordinal), document.Paths.Keys.Order(StringComparer.Ordinal));
        foreach (var endpoint in endpoints)
        {
            var path = Described(endpoint);
            var operation = Assert.Single(document.Paths[path].Operations!).Value;
            Assert.False(string.IsNullOrEmpty(operation.Summary), path);
            Assert.False(string.IsNullOrEmpty(operation.OperationId), path);
            var parameters = (operation.Parameters ?? []).Where(p => p.In == ParameterLocation.Query).ToList();
            Assert.Equal(MappedEndpoints.Declared(endpoint).Select(p => p.Name), parameters.Select(p => p.Name));
            Assert.Equal(parameters.Count > 0, operation.Responses!.ContainsKey("400"));
            Assert.All(operation.Responses["200"].Content!, content => Assert.True(IsTyped(content.Key, content.Value.Schema!), $"{path} does not say what its answer is: name a record with ProducesResponseType."));
            Assert.NotEmpty(operation.Responses["200"].Content!);
            Assert.Equal(path.Contains('{', StringComparison.Ordinal) || parameters.Any(p => p.Name is "left" or "in"), operation.Responses.ContainsKey("404"));
        }
    }

    [Fact]
    public async Task Description_OfAParameter_SaysItsTypeItsRangeAndItsWords()
    {
        var document = OpenApiDocument.Parse(await site.Client.GetStringAsync(new Uri("/api/v1/openapi.json", UriKind.Relative)), "json").Document!;
        var list = document.Paths["/api/v1/{model}/{name}"].Operations!.Single().Value.Parameters!;
        var order = list.Single(p => p.Name == "order").Schema!;
        Assert.Equal(["asc", "desc"], order.Enum!.Select(word => word.GetValue<string>()));
        var page = list.Single(p => p.Name == "page").Schema!;
        Assert.Equal((JsonSchemaType.Integer, "1", "1000000"), (page.Type, page.Minimum, page.Maximum));
        Assert.Equal(JsonSchemaType.Integer, document.Paths["/api/v1/{model}/{name}/{index}"].Operations!.Single().Value.Parameters!.Single(p => p.Name == "index").Schema!.Type);
        // One schema for each of the records that are called Row.
        Assert.Contains("FeatureListJsonRow", document.Components!.Schemas!.Keys);
        Assert.Contains("CorpusListJsonRow", document.Components.Schemas.Keys);
        // Numbers that cannot be measured are null.
        Assert.Equal(JsonSchemaType.Number | JsonSchemaType.Null, document.Components.Schemas["FeatureJson"].Properties!["density"].Type);
    }

    // A record, a choice of records or a list of them; text for what is not JSON.
    private static bool IsTyped(string media, IOpenApiSchema schema) => media is not ("application/json" or "text/event-stream") ? schema.Type == JsonSchemaType.String
        : schema is OpenApiSchemaReference { Target: { } record } ? record.Properties is { Count: > 0 } || record.AnyOf is { Count: > 0 }
        : schema.Items is { } items && IsTyped(media, items);

    private static string Described(RouteEndpoint endpoint) => MappedEndpoints.Pattern(endpoint).Replace(":int", "", StringComparison.Ordinal).Replace(":long", "", StringComparison.Ordinal).TrimEnd('/');

    private static string? FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder, "FeatureExplorer.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }
}
