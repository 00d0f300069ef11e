using System.Diagnostics;
using System.Text.RegularExpressions;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>Finds the held-out tokens that are inside a context that a reader has written: every one, none is sampled.</summary>
/// <param name="tokenizer">The corpus's tokenizer.</param>
/// <param name="heldOut">The held-out split.</param>
/// <param name="contexts">Contexts that have names; they say how many tokens are covered.</param>
public sealed class ContextEvaluator(ITokenizer tokenizer, TokenStore heldOut, ContextSet contexts)
{
    /// <summary>Longest regular expression, in characters.</summary>
    public const int LongestPattern = 300;

    /// <summary>Time that the regular expressions of one context may take together.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    // The runtime's own count, from the pattern as it has understood it: should PatternSize ever read one otherwise, this bound still holds.
    static ContextEvaluator() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", PatternSize.Most);

    // A search that takes longer has built an automaton of up to hundreds of megabytes.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    private const int BlockTokens = 16_384;
    private const int MatchesBetweenLooks = 256;

    /// <summary>The positions inside.</summary>
    /// <param name="expression">Expanded: every name that it still holds is one of the context set.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="ContextExpressionException">A part asks for what this corpus does not have, or a pattern takes too long.</exception>
    public TokenSet Evaluate(ContextExpression expression, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return Evaluate(expression, Stopwatch.GetTimestamp(), cancellation);
    }

    private TokenSet Evaluate(ContextExpression expression, long started, CancellationToken cancellation) => expression switch
    {
        ContextExpression.Not not => TokenSet.Not(Evaluate(not.Of, started, cancellation)),
        ContextExpression.And and => TokenSet.And(Evaluate(and.Left, started, cancellation), Evaluate(and.Right, started, cancellation)),
        ContextExpression.Or or => TokenSet.Or(Evaluate(or.Left, started, cancellation), Evaluate(or.Right, started, cancellation)),
        ContextExpression.Part { Kind: ContextPartKind.Regex } part => Matches(part, started, cancellation),
        ContextExpression.Part { Kind: ContextPartKind.Tokens } part => OneOf(TokenList.Read(part, tokenizer), offset: 0, cancellation),
        ContextExpression.Part { Kind: ContextPartKind.Previous } part => OneOf(TokenList.Read(part, tokenizer), offset: 1, cancellation),
        ContextExpression.Part { Kind: ContextPartKind.Script } part => InScript(part, cancellation),
        ContextExpression.Part { Kind: ContextPartKind.Domain } part => InDomain(part),
        ContextExpression.Part part => Named(part.Argument, cancellation)
            ?? throw new ContextExpressionException($"There is no context named \"{part.Argument}\" for this corpus.", part.Position),
        _ => throw new ArgumentException($"{expression.GetType().Name} is no expression.", nameof(expression)),
    };

    /// <summary>Tokens of a list, or those that come right after one in the same document.</summary>
    private TokenSet OneOf(bool[] wanted, int offset, CancellationToken cancellation)
    {
        var set = new TokenSet(contexts.Tokens);
        var mark = offset == 0 ? -1 : tokenizer.DocumentMark;
        ForBlocks((start, end) =>
        {
            var from = Math.Max(0, start - offset);
            var ids = heldOut.Read(from, (int)(end - from));
            for (var position = from + offset; position < end; position++)
            {
                // A document's first token is its mark: what stands before it is another document's.
                if (wanted[ids[(int)(position - offset - from)]] && (offset == 0 || ids[(int)(position - from)] != mark))
                {
                    set.Add(position, position + 1);
                }
            }
        }, cancellation);
        return set;
    }

    private TokenSet InScript(ContextExpression.Part part, CancellationToken cancellation)
    {
        var script = UnicodeScript.All.FirstOrDefault(s => string.Equals(s.Name, part.Argument, StringComparison.OrdinalIgnoreCase))
            ?? throw new ContextExpressionException(
                $"\"{part.Argument}\" is no script that is known here. There are {string.Join(", ", UnicodeScript.All.Select(static s => s.Name))}.", part.Position);
        return Named(script.Name, cancellation) ?? new TokenSet(contexts.Tokens);
    }

    private TokenSet InDomain(ContextExpression.Part part)
    {
        var domain = Enumerable.Range(0, heldOut.Domains.Count).FirstOrDefault(d => heldOut.Domains[d] == part.Argument, -1);
        if (domain < 0)
        {
            var known = heldOut.Domains.Count == 0 ? "It has none." : $"It has {string.Join(", ", heldOut.Domains.Take(60))}.";
            throw new ContextExpressionException($"\"{part.Argument}\" is no domain of this corpus. {known}", part.Position);
        }

        var set = new TokenSet(contexts.Tokens);
        for (var document = 0; document < heldOut.DocumentCount && heldOut.DocumentStart(document) < contexts.Tokens; document++)
        {
            if (heldOut.DomainOf(document) == domain)
            {
                set.Add(heldOut.DocumentStart(document), Math.Min(heldOut.DocumentEnd(document), contexts.Tokens));
            }
        }

        return set;
    }

    private TokenSet? Named(string name, CancellationToken cancellation)
    {
        var context = contexts.IndexOf(name);
        if (context < 0)
        {
            return null;
        }

        var set = new TokenSet(contexts.Tokens);
        ForBlocks((start, end) =>
        {
            var members = contexts.MemberBits();
            for (var position = start; position < end; position++)
            {
                if ((members[position] >> context & 1) != 0)
                {
                    set.Add(position, position + 1);
                }
            }
        }, cancellation);
        return set;
    }

    private TokenSet Matches(ContextExpression.Part part, long started, CancellationToken cancellation)
    {
        var regex = Compile(part);
        var set = new TokenSet(contexts.Tokens);
        var documents = 0;
        while (documents < heldOut.DocumentCount && heldOut.DocumentStart(documents) < contexts.Tokens)
        {
            documents++;
        }

        var texts = new PerThread<DocumentText>(() => new DocumentText(tokenizer, heldOut)).Prepare();
        try
        {
            WorkerPool.For(documents, (document, thread) =>
            {
                Mark(regex, texts[thread], document, set, started, cancellation);
            });
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ContextExpressionException(
                $"The pattern takes more than {TimeLimit.TotalSeconds} s over this corpus. Make it more definite: begin with a letter rather than with .*.", part.Position);
        }
        finally
        {
            if (Stopwatch.GetElapsedTime(started) > Long)
            {
                // Left alone, the collector waits until several of them have come together.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
            }
        }

        return set;
    }

    private void Mark(Regex regex, DocumentText text, int document, TokenSet set, long started, CancellationToken cancellation)
    {
        Look(started, cancellation);
        text.Read(document);
        var matches = 0;
        foreach (var match in regex.EnumerateMatches(text.Chars))
        {
            if (++matches % MatchesBetweenLooks == 0)
            {
                Look(started, cancellation);
            }

            if (match.Length > 0)
            {
                var (first, end) = text.Tokens(match.Index, match.Index + match.Length);
                set.Add(Math.Min(text.Start + first, contexts.Tokens), Math.Min(text.Start + end, contexts.Tokens));
            }
        }
    }

    private static void Look(long started, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(started) > TimeLimit)
        {
            throw new RegexMatchTimeoutException();
        }
    }

    private static Regex Compile(ContextExpression.Part part)
    {
        if (part.Argument.Length > LongestPattern)
        {
            throw new ContextExpressionException($"The pattern is {part.Argument.Length} characters long, more than {LongestPattern}. Shorten it.", part.Position);
        }

        PatternSize.Check(part);
        try
        {
            // Without backtracking every match takes time in proportion to the text, whatever the pattern.
            return new Regex(part.Argument, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeLimit);
        }
        catch (RegexParseException e)
        {
            throw new ContextExpressionException($"The pattern is no regular expression ({e.Message}) Put a backslash before a character that should stand for itself.", part.Position);
        }
        catch (NotSupportedException)
        {
            throw new ContextExpressionException(
                "The pattern uses what would need backtracking (looking ahead or behind, a reference to a group, an atomic group) or repeats too much. Write it without.",
                part.Position);
        }
    }

    private void ForBlocks(Action<long, long> body, CancellationToken cancellation)
    {
        var blocks = (int)((contexts.Tokens + BlockTokens - 1) / BlockTokens);
        WorkerPool.For(blocks, (block, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            body((long)block * BlockTokens, Math.Min((block + 1L) * BlockTokens, contexts.Tokens));
        });
    }
}
