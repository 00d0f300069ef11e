using FeatureExplorer.Analysis.Contexts.Expressions;

namespace FeatureExplorer.Tests.Analysis.Contexts.Expressions;

/// <summary>The grammar: what each text means, and where a text that means nothing goes wrong.</summary>
public sealed class ContextExpressionTests
{
    [Theory]
    [InlineData("regex:[0-9]+", "regex:\"[0-9]+\"")]
    [InlineData("  arabic ", "context:\"arabic\"")]
    [InlineData("previous: the", "previous:\" the\"")]
    [InlineData("tokens: the| a", "tokens:\" the| a\"")]
    [InlineData("script: Arabic", "script:\"Arabic\"")]
    [InlineData("domain:c_code or dna", "(domain:\"c_code\") or (context:\"dna\")")]
    [InlineData("regex:black and white", "regex:\"black and white\"")]
    [InlineData("regex:black and regex:white", "(regex:\"black\") and (regex:\"white\")")]
    [InlineData("regex:(a|b) and not (dna or base64)", "(regex:\"(a|b)\") and (not ((context:\"dna\") or (context:\"base64\")))")]
    [InlineData("(regex:[)]x) or dna", "(regex:\"[)]x\") or (context:\"dna\")")]
    [InlineData("(regex:[]) ]+) or dna", "(regex:\"[]) ]+\") or (context:\"dna\")")]
    [InlineData(@"(regex:\)) or dna", "(regex:\"\\)\") or (context:\"dna\")")]
    [InlineData("not not dna", "not (not (context:\"dna\"))")]
    [InlineData("a or b and c", "(context:\"a\") or ((context:\"b\") and (context:\"c\"))")]
    [InlineData("(a or b) and c", "((context:\"a\") or (context:\"b\")) and (context:\"c\")")]
    [InlineData("A AND NOT b", "(context:\"A\") and (not (context:\"b\"))")]
    [InlineData("""regex:"x \" and dna" and dna""", """(regex:"x \" and dna") and (context:"dna")""")]
    [InlineData("""regex:"\d \\" """, """regex:"\d \\" """)]
    [InlineData("nothing or other", "(context:\"nothing\") or (context:\"other\")")]
    [InlineData("tokens:a|b ", "tokens:\"a|b\"")]
    [InlineData("tokens:\"a|b \"", "tokens:\"a|b \"")]
    public void Parse_Text_MeansThis(string text, string canonical) =>
        Assert.Equal(canonical.TrimEnd(), ContextExpression.Parse(text).ToString());

    [Fact]
    public void ToString_ReadAgain_IsTheSame()
    {
        const string text = "not (regex:[0-9]+ or tokens: the|\\|x) and previous:\" \\\"\" or domain:c_code";
        var canonical = ContextExpression.Parse(text).ToString();
        Assert.Equal(canonical, ContextExpression.Parse(canonical).ToString());
    }

    [Theory]
    [InlineData("", 0, "missing at the end")]
    [InlineData("   ", 3, "missing at the end")]
    [InlineData("regx:foo", 0, "no kind of context")]
    [InlineData("dna and", 7, "missing at the end")]
    [InlineData("dna dna", 4, "should end")]
    [InlineData("(dna", 0, "never closed")]
    [InlineData("dna)", 3, "closes nothing")]
    [InlineData("regex:", 6, "Nothing follows")]
    [InlineData("regex:\"abc", 6, "never closed")]
    [InlineData("dna or [0-9]", 7, "cannot begin with")]
    [InlineData("domain:", 7, "Nothing follows")]
    public void Parse_TextThatMeansNothing_SaysWhereAndWhy(string text, int position, string problem)
    {
        var e = Assert.Throws<ContextExpressionException>(() => ContextExpression.Parse(text));
        Assert.Equal(position, e.Position);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.StartsWith($"At character {position + 1}: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooLongTooManyTooDeep_IsRefused()
    {
        Assert.Throws<ContextExpressionException>(() => ContextExpression.Parse("regex:" + new string('a', 500)));
        Assert.Throws<ContextExpressionException>(() => ContextExpression.Parse(string.Join(" or ", Enumerable.Repeat("dna", 17))));
        Assert.Throws<ContextExpressionException>(() => ContextExpression.Parse(new string('(', 400) + "dna"));
        Assert.Throws<ContextExpressionException>(() => ContextExpression.Parse(string.Concat(Enumerable.Repeat("not ", 100)) + "dna"));
        Assert.Equal(16, ContextExpression.Parse(string.Join(" or ", Enumerable.Repeat("dna", 16))).Parts().Count());
    }

    [Fact]
    public void Expand_SavedNames_AreReplacedAndBuiltInOnesStay()
    {
        var saved = new Dictionary<string, string> { ["numbers"] = "regex:[0-9]+ and not hexadecimal", ["mine"] = "numbers or script:greek" };
        var expanded = ContextExpression.Parse("mine and dna").Expand(name => name is "dna" or "hexadecimal", saved.GetValueOrDefault);
        Assert.Equal("(((regex:\"[0-9]+\") and (not (context:\"hexadecimal\"))) or (script:\"greek\")) and (context:\"dna\")", expanded.ToString());
    }

    [Fact]
    public void Expand_UnknownOrCircularOrTooLong_IsRefusedWhereTheNameStands()
    {
        var saved = new Dictionary<string, string>
        {
            ["a"] = "b",
            ["b"] = "not a",
            ["broken"] = "regx:1",
            ["long"] = string.Join(" or ", Enumerable.Repeat("regex:1", 10)),
        };
        ContextExpressionException Fails(string text) =>
            Assert.Throws<ContextExpressionException>(() => ContextExpression.Parse(text).Expand(static _ => false, saved.GetValueOrDefault));

        Assert.Equal(4, Fails("not unknown").Position);
        Assert.Contains("defined by itself", Fails("not  a").Message, StringComparison.Ordinal);
        Assert.Equal(5, Fails("not  a").Position);
        Assert.Contains("\"broken\" cannot be used", Fails("broken").Message, StringComparison.Ordinal);
        Assert.Contains("more than 16", Fails("long or long").Message, StringComparison.Ordinal);
    }
}
