using FeatureExplorer.Analysis.Relations;

namespace FeatureExplorer.Web.Systems;

/// <summary>A feature of the first dictionary of a comparison of sites, and its counterparts at the other sites.</summary>
/// <param name="Feature">Index.</param>
/// <param name="Counterparts">By dictionary, in the order of the rows from the second on: the best match by activation, or null where none fires together with it.</param>
public sealed record SiteFeature(int Feature, IReadOnlyList<UnitMatch?> Counterparts)
{
    /// <summary>The lowest correlation over the sites: high where every site has the feature.</summary>
    public double Least { get; } = Counterparts.Min(static match => Math.Max(0, match?.Pearson ?? 0.0));

    /// <summary>The highest correlation: low where this site alone has it.</summary>
    public double Most { get; } = Counterparts.Max(static match => Math.Max(0, match?.Pearson ?? 0.0));
}
