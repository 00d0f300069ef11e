namespace FeatureExplorer.Web.Imports;

/// <summary>A part of a form with files.</summary>
/// <param name="Field">Name of its field.</param>
/// <param name="File">Name of the file that it is, with the folders above it; null for a field of text.</param>
/// <param name="Read">Reads on in its content, as a stream does; 0 at its end.</param>
internal sealed record SentPart(string Field, string? File, Func<Memory<byte>, CancellationToken, Task<int>> Read);
