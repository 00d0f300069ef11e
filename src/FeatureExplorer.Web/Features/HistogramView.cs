namespace FeatureExplorer.Web.Features;

/// <summary>What a visitor chose for a feature's page; all of it is in the address, and every link on the page keeps it.</summary>
/// <param name="Context">Name of the context that colours the histogram; null for the feature's best.</param>
/// <param name="LogarithmicActivation">Bins of equal ratio instead of equal width.</param>
/// <param name="LogarithmicCount">Heights by the logarithm of the count.</param>
public sealed record HistogramView(string? Context, bool LogarithmicActivation, bool LogarithmicCount)
{
    /// <summary>Nothing chosen.</summary>
    public static HistogramView Default { get; } = new(null, false, false);

    /// <summary>Tokens shown on either side of an example's centre unless the visitor chose another number.</summary>
    public const int UsualWindow = 16;

    /// <summary>Most tokens on either side.</summary>
    public const int LargestWindow = 100;

    /// <summary>The list that the visitor came from, as <see cref="FeatureListing"/> writes it; null for all features by index.</summary>
    public string? List { get; init; }

    /// <summary>Tokens on either side of an example's centre.</summary>
    public int Window { get; init; } = UsualWindow;

    /// <summary>Whether examples break their lines where the text does, instead of being a line each.</summary>
    public bool LineBreaks { get; init; }

    /// <summary>The choice that an address describes.</summary>
    public static HistogramView Parse(string? context, string? x, string? y) =>
        new(string.IsNullOrEmpty(context) ? null : context, IsLog(x), IsLog(y));

    private static bool IsLog(string? word) => string.Equals(word, "log", StringComparison.OrdinalIgnoreCase);
}
