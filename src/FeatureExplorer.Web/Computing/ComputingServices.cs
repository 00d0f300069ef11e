namespace FeatureExplorer.Web.Computing;

/// <summary>Says which endpoints compute.</summary>
public static class ComputingServices
{
    /// <summary>Marks an endpoint as <see cref="ComputesAttribute"/> does a page.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="parameters">Query parameters that make it compute; none when it always does.</param>
    public static TBuilder Computes<TBuilder>(this TBuilder endpoint, params string[] parameters)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ComputesAttribute(parameters));
}
