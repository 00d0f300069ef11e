namespace FeatureExplorer.Web.Commands;

/// <summary>A benchmark on one device, or on two in turns.</summary>
/// <param name="Device">Where.</param>
/// <param name="PerSecond">Median of its runs.</param>
/// <param name="Runs">Its results.</param>
/// <param name="Other">The device that it is compared with; or null.</param>
/// <param name="OtherPerSecond">Median of that one's runs.</param>
/// <param name="Ratio">Median of the pairs' ratios.</param>
internal sealed record DeviceComparison<T>(string Device, double PerSecond, IReadOnlyList<T> Runs, string? Other, double? OtherPerSecond, double? Ratio);
