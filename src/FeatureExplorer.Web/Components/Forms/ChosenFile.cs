namespace FeatureExplorer.Web.Components.Forms;

/// <summary>A file that somebody has chosen and not yet sent.</summary>
/// <param name="Name">As the browser calls it, with the folders above it where a folder was chosen.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Left">Whether it is left out, because nothing reads it.</param>
public sealed record ChosenFile(string Name, long Length, bool Left = false);
