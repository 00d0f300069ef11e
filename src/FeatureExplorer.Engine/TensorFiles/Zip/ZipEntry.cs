namespace FeatureExplorer.Engine.TensorFiles.Zip;

/// <summary>An entry of a zip file's central directory.</summary>
/// <param name="Name">With its folders, separated by slashes.</param>
/// <param name="Method">0: stored, 8: deflated.</param>
/// <param name="Stored">Bytes in the file.</param>
/// <param name="Length">Bytes of the content.</param>
/// <param name="Header">Where its local header begins.</param>
internal sealed record ZipEntry(string Name, int Method, long Stored, long Length, long Header);
