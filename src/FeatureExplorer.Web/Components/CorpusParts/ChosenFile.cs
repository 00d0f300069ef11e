namespace FeatureExplorer.Web.Components.CorpusParts;

/// <summary>A file that somebody has chosen and not yet sent.</summary>
/// <param name="Name">As the browser calls it.</param>
/// <param name="Length">Bytes.</param>
public sealed record ChosenFile(string Name, long Length);
