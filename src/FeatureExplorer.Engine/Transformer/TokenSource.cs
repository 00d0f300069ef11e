namespace FeatureExplorer.Engine.Transformer;

/// <summary>The tokens [start, start + length) of a stream.</summary>
public delegate ReadOnlySpan<int> TokenReader(long start, int length);

/// <summary>A stream of tokens to train or evaluate on, such as a split of a corpus: <c>new TokenSource(store.Count, store.Read)</c>.</summary>
/// <param name="Count">Tokens in the stream.</param>
/// <param name="Read">Reads some of them.</param>
public sealed record TokenSource(long Count, TokenReader Read)
{
    /// <summary>Whole windows of <paramref name="context"/> tokens that have a token after their last one.</summary>
    public int Windows(int context) => Count <= 0 ? 0 : (int)Math.Min(int.MaxValue, (Count - 1) / context);

    /// <summary>Copies a window's tokens, and the token after each, to the place of a batch's window.</summary>
    internal void CopyWindow(int window, int context, int place, Span<int> tokens, Span<int> targets)
    {
        var stream = Read((long)window * context, context + 1);
        stream[..context].CopyTo(tokens[(place * context)..]);
        stream[1..].CopyTo(targets[(place * context)..]);
    }
}
