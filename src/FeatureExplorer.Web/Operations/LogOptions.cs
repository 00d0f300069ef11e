namespace FeatureExplorer.Web.Operations;

/// <summary>What the log looks like. Levels are set as everywhere in .NET: <c>Logging:LogLevel:Default</c>.</summary>
public sealed record LogOptions
{
    /// <summary>One JSON object a line, for machines that collect logs.</summary>
    public bool Json { get; init; }
}
