using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Computing;

/// <summary>
/// Marks a page or an endpoint that computes its answer from an index or a model: <see cref="ComputingPlaces"/> lets few of them run at a time.
/// With names of query parameters, only addresses that have one of them compute.
/// </summary>
/// <param name="parameters">Query parameters that make it compute; none when it always does.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ComputesAttribute(params string[] parameters) : Attribute
{
    private const string Context = "context";

    /// <summary>Query parameters that make it compute.</summary>
    public IReadOnlyList<string> Parameters => parameters;

    /// <summary>A context computes, too, unless it came with the dictionary's corpus: those colour the plain page as well.</summary>
    public bool WrittenContext { get; init; }

    /// <summary>Whether the request's endpoint computes its answer.</summary>
    public static bool Applies(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetEndpoint()?.Metadata.GetMetadata<ComputesAttribute>() is { } computes && computes.AppliesTo(context);
    }

    private bool AppliesTo(HttpContext context) =>
        (parameters.Length == 0 && !WrittenContext)
        || parameters.Any(name => !string.IsNullOrWhiteSpace(context.Request.Query[name]))
        || (WrittenContext && context.Request.Query[Context].ToString() is { Length: > 0 } written && !CameWithCorpus(context, written));

    private static bool CameWithCorpus(HttpContext context, string name) =>
        context.Request.RouteValues.TryGetValue("model", out var model) && context.Request.RouteValues.TryGetValue("name", out var dictionary)
        && context.RequestServices.GetRequiredService<FeatureStore>().FindDictionary($"{model}", $"{dictionary}")?.FindContext(name) is not null;
}
