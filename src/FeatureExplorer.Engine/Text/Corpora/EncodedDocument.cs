namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>A document, or a part of one, in the file of all tokens that the second pass writes.</summary>
/// <param name="Start">Its first token there.</param>
/// <param name="Length">Tokens; the first is the end of text unless <paramref name="Part"/> is above 1.</param>
/// <param name="Domain">Number of its domain, −1 for none.</param>
/// <param name="SourceStart">Where its source begins in the file of sources.</param>
/// <param name="SourceLength">Bytes of the source.</param>
/// <param name="Place">The key by which documents are put in order and divided.</param>
/// <param name="Part">0 for a whole document, otherwise 1, 2, …</param>
internal readonly record struct EncodedDocument(long Start, int Length, int Domain, long SourceStart, int SourceLength, ulong Place, int Part)
{
    /// <summary>Tokens it takes up in its split.</summary>
    public int StoredLength => Length + (Part > 1 ? 1 : 0);
}
