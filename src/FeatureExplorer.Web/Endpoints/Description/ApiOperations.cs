using System.Globalization;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Endpoints.Description;

/// <summary>Brings into the description of an operation what the program knows of it: the parameters that its endpoint declares, and the errors that it can answer with.</summary>
internal static class ApiOperations
{
    private const string Problem = nameof(ProblemDetails);
    private const string ProblemType = "application/problem+json";

    public static async Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var declared = metadata.OfType<AddressParameterAttribute>().ToList();
        var path = (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(static p => p.In == ParameterLocation.Path).ToList();
        path.ForEach(Explain);
        operation.Parameters = [.. path, .. declared.Select(Parameter)];

        operation.Responses ??= [];
        if (operation.Responses["200"].Content?.ContainsKey("text/event-stream") != true)
        {
            operation.Responses["304"] = new OpenApiResponse { Description = "Unchanged since the ETag that If-None-Match names." };
        }

        var problem = await ProblemSchema(context, cancellation);
        if (declared.Count > 0)
        {
            Add(StatusCodes.Status400BadRequest, "A parameter has a value that it does not take; the detail names it and what it takes.");
        }

        Add(StatusCodes.Status401Unauthorized, "The server lets only accounts read, and the request has none.");
        if (path.Count > 0 || declared.Any(static d => d is UnitParameterAttribute or DictionaryParameterAttribute))
        {
            Add(StatusCodes.Status404NotFound, "There is no such model, dictionary, feature or run, or it has not been measured.");
        }

        Add(StatusCodes.Status429TooManyRequests, "The visitor asks too often.");
        Add(StatusCodes.Status503ServiceUnavailable, metadata.OfType<ComputesAttribute>().Any()
            ? "All places for computing are taken, the database is busy or a file is damaged. Retry-After says when to try again."
            : "The database is busy or a file is damaged.");

        void Add(int status, string description) => operation.Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { [ProblemType] = new() { Schema = problem } },
        };
    }

    private static OpenApiParameter Parameter(AddressParameterAttribute declared) => new()
    {
        Name = declared.Name,
        In = ParameterLocation.Query,
        Description = $"{char.ToUpperInvariant(declared.Values[0])}{declared.Values[1..]}.",
        Schema = declared.Schema,
    };

    private static void Explain(OpenApiParameter parameter) => parameter.Description = parameter.Name switch
    {
        "model" => "Name of the model, such as A.",
        "name" => "Name of the dictionary within the model, such as 1; \"neurons\" for the model's neurons.",
        "index" => "Number of the feature, from 0.",
        "id" => "Number of the run.",
        _ => parameter.Description,
    };

    private static async Task<IOpenApiSchema> ProblemSchema(OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var document = context.Document!;
        if (document.Components?.Schemas?.ContainsKey(Problem) != true)
        {
            document.AddComponent(Problem, await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, cancellation));
        }

        return new OpenApiSchemaReference(Problem, document);
    }
}
