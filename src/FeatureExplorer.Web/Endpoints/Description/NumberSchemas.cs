using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Endpoints.Description;

/// <summary>Numbers that <see cref="Json.NumberOrNull"/> writes: the generator cannot look into a converter.</summary>
internal static class NumberSchemas
{
    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(double) || type == typeof(float))
        {
            schema.Type = JsonSchemaType.Number | JsonSchemaType.Null;
            schema.Format = type == typeof(double) ? "double" : "float";
        }

        return Task.CompletedTask;
    }
}
