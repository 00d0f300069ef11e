using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Tests.Analysis.Contexts.Expressions;

/// <summary>Every membership against a plain loop over the tokens.</summary>
public sealed class ContextEvaluatorTests : IClassFixture<SmallAnalysis>
{
    private readonly SmallAnalysis _analysis;
    private readonly ContextEvaluator _evaluator;

    public ContextEvaluatorTests(SmallAnalysis analysis)
    {
        _analysis = analysis;
        _evaluator = new ContextEvaluator(analysis.Corpus.Tokenizer, analysis.Corpus.HeldOut, analysis.Contexts);
    }

    private TokenStore HeldOut => _analysis.Corpus.HeldOut;

    [Fact]
    public void Tokens_List_HoldsExactlyThose()
    {
        Same(Evaluate("tokens: cat|x"), position => Token(position) is " cat" or "x");
        Same(Evaluate("tokens:\\n"), position => Token(position) == "\n");
        Same(Evaluate("tokens:\\x78"), position => Token(position) == "x");
    }

    [Fact]
    public void Previous_List_HoldsWhatFollowsWithinTheDocument() =>
        Same(Evaluate("previous:the"), position => position > 0 && Token(position - 1) == "the" && !IsStart(position));

    [Fact]
    public void Domain_Name_HoldsItsDocuments() =>
        Same(Evaluate("domain:b"), position => HeldOut.DomainOf(HeldOut.DocumentAt(position)) is var d && d >= 0 && HeldOut.Domains[d] == "b");

    [Fact]
    public void ScriptAndName_HoldTheBitsOfTheContextSet()
    {
        var cyrillic = _analysis.Contexts.IndexOf("cyrillic");
        Same(Evaluate("script:Cyrillic"), position => (_analysis.Contexts.Members(position) >> cyrillic & 1) != 0);
        Same(Evaluate("cyrillic"), position => (_analysis.Contexts.Members(position) >> cyrillic & 1) != 0);
        Assert.Equal(0, Evaluate("script:thai").Count);
    }

    [Theory]
    [InlineData("cat")]
    [InlineData("t c")]
    [InlineData("[а-я]+")]
    [InlineData("(?i)GATTA|X+")]
    [InlineData("^the")]
    [InlineData("x$")]
    [InlineData("\\n")]
    public void Regex_Pattern_HoldsEveryTokenThatAMatchTouches(string pattern)
    {
        var inside = new bool[_analysis.Tokens];
        var regex = new Regex(pattern, RegexOptions.CultureInvariant);
        for (var document = 0; document < HeldOut.DocumentCount; document++)
        {
            var start = HeldOut.DocumentStart(document);
            var bytes = new List<byte>();
            var owner = new List<long>();
            for (var position = start; position < HeldOut.DocumentEnd(document); position++)
            {
                foreach (var value in _analysis.Corpus.Tokenizer.Bytes(HeldOut.Read(position, 1)[0]))
                {
                    bytes.Add(value);
                    owner.Add(position);
                }
            }

            var text = Encoding.UTF8.GetString([.. bytes]);
            foreach (Match match in regex.Matches(text))
            {
                var first = Encoding.UTF8.GetByteCount(text[..match.Index]);
                for (var i = 0; i < Encoding.UTF8.GetByteCount(match.Value); i++)
                {
                    inside[owner[first + i]] = true;
                }
            }
        }

        Assert.Contains(true, inside);
        Same(Evaluate("regex:\"" + pattern + "\""), position => inside[position]);
    }

    [Fact]
    public void Boolean_Parts_CombineBitByBit()
    {
        var (a, b, c) = (Evaluate("domain:a"), Evaluate("tokens: cat"), Evaluate("previous:the"));
        Same(Evaluate("domain:a and not (tokens: cat or previous:the)"), p => a.Contains(p) && !(b.Contains(p) || c.Contains(p)));
        Same(Evaluate("domain:a or tokens: cat and previous:the"), p => a.Contains(p) || (b.Contains(p) && c.Contains(p)));
        Assert.Equal(_analysis.Tokens - a.Count, Evaluate("not domain:a").Count);
    }

    [Theory]
    [InlineData("tokens:catastrophe", 0, "is no token of this model: it is made of")]
    [InlineData("cyrillic or tokens:a||b", 12, "empty place")]
    [InlineData("tokens:\\q", 0, "means nothing in a list")]
    [InlineData("domain:nowhere", 0, "It has a, b, c")]
    [InlineData("script:klingon", 0, "There are arabic, hebrew")]
    [InlineData("regex:(", 0, "no regular expression")]
    [InlineData("regex:a(?=b)", 0, "backtracking")]
    [InlineData("""regex:(a)\1""", 0, "backtracking")]
    [InlineData("regex:((a{1,99}){1,99}){1,99}", 0, "repeats too much")]
    [InlineData("regex:(.{1,99}a){1,9}17", 0, "more than 100")]
    [InlineData("regex:(a|b|.{1,30}){1,30}z", 0, "more than 100")]
    [InlineData("regex:(?:.?.?.?a?){0,40}?z", 0, "more than 100")]
    [InlineData("regex:.{401}", 0, "more than 400")]
    [InlineData("regex:[a-c]{000000000000900}", 0, "more than 400")]
    [InlineData("regex:(abcd){1,101}", 0, "more than 400")]
    [InlineData("""regex:\c[(.{1,99}a){1,9}z]""", 0, "more than 100")]
    [InlineData("regex:[-[](.{1,99}a){1,9}z]]", 0, "Write \\[")]
    [InlineData("regex:[]a](.{1,99}b){1,9}", 0, "Write \\]")]
    [InlineData("regex:(?x)a#[", 0, "option x")]
    [InlineData("regex:(?i-s:(?m+x)a)", 0, "option x")]
    [InlineData("regex:(((((((((((((((((a)))))))))))))))))", 0, "more than 16 deep")]
    public void Evaluate_WhatCannotBe_SaysWhereWhyAndWhatToDo(string text, int position, string problem)
    {
        var e = Assert.Throws<ContextExpressionException>(() => Evaluate(text));
        Assert.Equal(position, e.Position);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("regex:[^e]{1,30}z")]
    [InlineData("""regex:(\d{1,3}\.){3}\d{1,3}""")]
    [InlineData("regex:[a-z-[aeiou]]{3}")]
    [InlineData("regex:(?<word>cat|dog){1,5}")]
    [InlineData("""regex:[\p{L}-[a-c]]+(?#words)x{2,}""")]
    [InlineData("regex:a{,3}")]
    [InlineData("""regex:[\c](.{1,99}a){1,9}z]""")]
    public void Evaluate_PatternWithinItsBounds_IsTaken(string text) => Evaluate(text);

    [Theory]
    [InlineData("regex:cat")]
    [InlineData("tokens: cat")]
    [InlineData("previous:the")]
    [InlineData("cyrillic")]
    [InlineData("not (domain:a or regex:x)")]
    public void Evaluate_NobodyWaitsForIt_Stops(string text)
    {
        var expression = ContextExpression.Parse(text).Expand(name => _analysis.Contexts.IndexOf(name) >= 0, static _ => null);
        Assert.ThrowsAny<OperationCanceledException>(() => _evaluator.Evaluate(expression, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("regex:(x+x+)+y")]
    [InlineData("regex:(x|xx)*[^x]z")]
    [InlineData("regex:(.*)*(.*)*(.*)*q")]
    public void Evaluate_PatternThatWouldBacktrackForEver_EndsSoon(string text)
    {
        // Document 17 holds 300 times "x": with backtracking each of these would take longer than the universe is old.
        var started = Stopwatch.GetTimestamp();
        try
        {
            Evaluate(text);
        }
        catch (ContextExpressionException e)
        {
            Assert.Contains("takes more than", e.Message, StringComparison.Ordinal);
        }

        Assert.True(Stopwatch.GetElapsedTime(started) < 10 * ContextEvaluator.TimeLimit);
    }

    private TokenSet Evaluate(string text)
    {
        var expression = ContextExpression.Parse(text).Expand(name => _analysis.Contexts.IndexOf(name) >= 0, static _ => null);
        return _evaluator.Evaluate(expression);
    }

    private string Token(long position) => Encoding.UTF8.GetString(_analysis.Corpus.Tokenizer.Bytes(HeldOut.Read(position, 1)[0]));

    private bool IsStart(long position) => HeldOut.DocumentStart(HeldOut.DocumentAt(position)) == position;

    private void Same(TokenSet set, Func<long, bool> expected)
    {
        Assert.Equal(_analysis.Tokens, set.Tokens);
        var positions = Enumerable.Range(0, _analysis.Tokens).Select(static p => (long)p).Where(expected).ToList();
        Assert.Equal(positions, Enumerable.Range(0, _analysis.Tokens).Select(static p => (long)p).Where(set.Contains));
        Assert.Equal(positions.Count, set.Count);
        Assert.Equal(positions, Enumerable.Range(0, positions.Count).Select(n => set.Member(n)));
        Assert.Equal(positions.Count(static p => p is >= 70 and < 1000), set.CountBetween(70, 1000));
    }
}
