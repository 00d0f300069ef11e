using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Engine.Text;

/// <summary>
/// Line ends of text that readers type. Browsers send every line end of a form as CR LF; to a model that has learned from text with LF those are tokens
/// that it never saw.
/// </summary>
public static class LineEnds
{
    /// <summary>The line end that most lines of the corpus's training text have.</summary>
    public static string Of(TokenizedCorpus corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var (returns, feeds) = (0L, 0L);
        for (var id = 0; id < corpus.UnigramCounts.Count; id++)
        {
            var bytes = corpus.Tokenizer.Bytes(id);
            returns += corpus.UnigramCounts[id] * bytes.Count((byte)'\r');
            feeds += corpus.UnigramCounts[id] * bytes.Count((byte)'\n');
        }

        return 2 * returns > feeds ? "\r\n" : "\n";
    }

    /// <summary>The text with this line end in the place of every CR LF and LF, and of every CR by itself.</summary>
    public static string Replace(string text, string lineEnd)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().IndexOfAny('\r', '\n') < 0)
        {
            return text;
        }

        var feeds = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return lineEnd == "\n" ? feeds : feeds.Replace("\n", lineEnd, StringComparison.Ordinal);
    }
}
