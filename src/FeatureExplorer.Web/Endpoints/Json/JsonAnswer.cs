using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>Answers with a strong entity tag made from the bytes themselves, or 304 when the caller has them.</summary>
public static class JsonAnswer
{
    /// <summary>Property names as in the command line's JSON.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase), NumberOrNull.OfDouble, NumberOrNull.OfSingle },
    };

    public static IResult Json<T>(HttpContext context, T value) =>
        Bytes(context, JsonSerializer.SerializeToUtf8Bytes(value, Options), "application/json; charset=utf-8");

    public static IResult Bytes(HttpContext context, byte[] content, string contentType)
    {
        // Every use asks whether it is still the same: a dictionary may be trained again under its name.
        context.Response.Headers.CacheControl = "public, max-age=0, must-revalidate";
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"");
        return Results.Bytes(content, contentType, entityTag: tag);
    }

    /// <summary>A file that the browser saves under a name, with an entity tag as <see cref="Bytes"/> has one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="csv">Comma-separated values.</param>
    /// <param name="name">What the file is called; only characters that every system allows.</param>
    public static IResult Download(HttpContext context, byte[] csv, string name)
    {
        context.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = name }.ToString();
        return Bytes(context, csv, "text/csv; charset=utf-8");
    }

    public static IResult NotFound(string title, string detail) =>
        Results.Problem(title: title, detail: detail, statusCode: StatusCodes.Status404NotFound);
}
