using System.Text.Json.Serialization;
using FeatureExplorer.Web.Endpoints.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Endpoints.Description;

/// <summary>
/// The description of the API in OpenAPI's format, for tools that make clients and pages from it. It is generated from the endpoints when somebody first asks for it
/// and kept. <c>docs/openapi.json</c> is the same text.
/// </summary>
public sealed class ApiDescription(IServiceProvider services)
{
    private const string Document = "v1";
    private const string Address = Urls.Api + "/openapi.json";

    private readonly Lazy<Task<byte[]>> _json = new(() => Generate(services));

    /// <summary>The description, in UTF-8.</summary>
    public Task<byte[]> Json() => _json.Value;

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ApiDescription>();
        // The generator takes the form of values from here; answers are written by JsonAnswer, in the same form.
        services.ConfigureHttpJsonOptions(static json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            foreach (var converter in JsonAnswer.Options.Converters)
            {
                json.SerializerOptions.Converters.Add(converter);
            }
        });
        services.AddOpenApi(Document, static options =>
        {
            options.ShouldInclude = static endpoint => $"/{endpoint.RelativePath}".StartsWith(Urls.Api, StringComparison.Ordinal);
            // Records within records share names such as Row.
            options.CreateSchemaReferenceId = static type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is not { } name ? null
                : type.Type.DeclaringType?.Name is { } outer && !name.StartsWith(outer, StringComparison.Ordinal) ? outer + name : name;
            options.AddDocumentTransformer(static (document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "FeatureExplorer",
                    Version = "1",
                    Description = "Models, dictionaries and features as JSON, at the paths of the pages. All of it is for reading. Answers have an ETag; errors are problem details (RFC 9457).",
                };
                document.Servers = [new OpenApiServer { Url = "/" }];
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer(NumberSchemas.Describe);
            options.AddSchemaTransformer(static (schema, context, _) =>
            {
                // A choice of records is told by their members: no answer names its type.
                if (context.JsonTypeInfo.PolymorphismOptions?.DerivedTypes.All(static type => type.TypeDiscriminator is null) == true)
                {
                    schema.Discriminator = null;
                }

                return Task.CompletedTask;
            });
            options.AddOperationTransformer(ApiOperations.Describe);
        });
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(Address, static async (HttpContext http, ApiDescription description) => JsonAnswer.Bytes(http, await description.Json(), "application/json; charset=utf-8")).ExcludeFromDescription();

    private static async Task<byte[]> Generate(IServiceProvider services)
    {
        using var scope = services.CreateScope();
        var document = await scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>(Document).GetOpenApiDocumentAsync();
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1);
        json.WriteByte((byte)'\n');
        return json.ToArray();
    }
}
