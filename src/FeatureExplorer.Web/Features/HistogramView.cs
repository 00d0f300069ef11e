namespace FeatureExplorer.Web.Features;

/// <summary>What a visitor chose for a feature's histogram; all of it is in the address.</summary>
/// <param name="Context">Name of the context that colours it; null for the feature's best.</param>
/// <param name="LogarithmicActivation">Bins of equal ratio instead of equal width.</param>
/// <param name="LogarithmicCount">Heights by the logarithm of the count.</param>
public sealed record HistogramView(string? Context, bool LogarithmicActivation, bool LogarithmicCount)
{
    /// <summary>Nothing chosen.</summary>
    public static HistogramView Default { get; } = new(null, false, false);

    /// <summary>The choice that an address describes.</summary>
    public static HistogramView Parse(string? context, string? x, string? y) =>
        new(string.IsNullOrEmpty(context) ? null : context, IsLog(x), IsLog(y));

    private static bool IsLog(string? word) => string.Equals(word, "log", StringComparison.OrdinalIgnoreCase);
}
