using System.Text;
using System.Text.RegularExpressions;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text.Tokenizer.Patterns;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Patterns;

public sealed class PatternTests
{
    // Where both have the same meaning of a text of the first plane, .NET's own regular expressions are the reference.
    [Theory]
    [InlineData(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    [InlineData(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+|\p{N}{1,3}|\s+")]
    [InlineData(@"(?:a|ab)(?:c|bcd)d*")]
    [InlineData(@"a{2,3}b??c|a{2}?")]
    [InlineData(@"(?>a+)ab|a(?=b)b|[a-c]*?c")]
    [InlineData(@"(?:ab?)+?c|(?:b|c){2,}|x+")]
    [InlineData(@"^a|b$|\Ac|d\z|\Bb")]
    [InlineData(@"[^\S\r\n]+|[\w-]+|\d")]
    public void Find_AllMatches_AreThoseOfAnotherEngine(string text)
    {
        text = text.Replace("{2}?", "{2}", StringComparison.Ordinal);
        var pattern = new Pattern(text);
        // There a line ends before every \n only; ours has ^ and $ for lines always.
        var reference = new Regex(text, RegexOptions.CultureInvariant | RegexOptions.Multiline);
        var random = new CounterRandom(7);
        for (var round = 0; round < 1_500; round++)
        {
            var subject = string.Concat(Enumerable.Range(0, 1 + (round % 23)).Select(i => "aabbccd  \n\r'sTée1٣中-x"[(int)random.Bounded((ulong)((round * 30) + i), 21)]));
            if (subject.EndsWith('\n'))
            {
                subject += "x";
            }

            Assert.Equal(reference.Matches(subject).Select(static match => (match.Index, match.Length)), Matches(pattern, subject));
        }
    }

    [Theory]
    [InlineData(@"\p{L}+", "𐐨𐑂𝒳", 0, 12)]
    [InlineData(@"[^\s\p{L}]", "𐐨🤗", 4, 8)]
    [InlineData(@"[𐐀-𐑏]+", "a𐐨𐑂b", 1, 9)]
    [InlineData(@"\p{N}{1,3}", "𝟘𝟙𝟚𝟛", 0, 12)]
    [InlineData(@"(?i:'s)", "x'ſ", 1, 4)]
    [InlineData(@"[\p{L}&&[^a-z]]+", "abÀBz", 2, 5)]
    [InlineData(@"[^(\s|[.,!?…])]+", "a,b", 0, 1)]
    [InlineData(@"\x{1F917}|\u00e9", "é🤗", 0, 2)]
    [InlineData(@"\p{^L}", "é1", 2, 3)]
    [InlineData(@"\s", "\u0085", 0, 2)]
    [InlineData(@"a++a|b", "aaab", 3, 4)]
    public void Find_WhatOtherEnginesMiss_IsFound(string text, string subject, int start, int end)
    {
        var bytes = Encoding.UTF8.GetBytes(subject);
        var run = new PatternRun(bytes);
        Assert.True(new Pattern(text).Find(ref run, 0, out var foundStart, out var foundEnd));
        Assert.Equal((start, end), (foundStart, foundEnd));
    }

    [Theory]
    [InlineData(@"(?<=a)b", "(?<=")]
    [InlineData(@"(?<name>a)", "(?<n")]
    [InlineData(@"(?s:a)", "(?s:")]
    [InlineData(@"a\1", "\\1")]
    [InlineData(@"\p{Han}", "\\p{Han}")]
    [InlineData(@"\K", "\\K")]
    [InlineData(@"\R", "\\R")]
    [InlineData(@"[[:alpha:]]", "[:")]
    [InlineData(@"(?:a*)*", "*")]
    [InlineData(@"a{3}?", "}?")]
    [InlineData(@"a{3,1}", "{3,1}")]
    [InlineData(@"a{2000}", "{2000}")]
    [InlineData(@"(a", "(")]
    [InlineData(@"a)", ")")]
    [InlineData(@"[a", "[")]
    [InlineData(@"[z-a]", "z-a")]
    [InlineData(@"*a", "*")]
    [InlineData(@"a\", "\\")]
    [InlineData(@"\x{110000}", "\\x")]
    [InlineData(@"\xZZ", "\\x")]
    [InlineData(@"(?:(?:(?:a{200}){200}){200})", null)]
    [InlineData(@"(?i:é)", null)]
    public void Pattern_NotSupported_IsRefusedWithThePlace(string text, string? found)
    {
        var message = Assert.Throws<FormatException>(() => new Pattern(text)).Message;
        Assert.Contains(found is null ? "a regular expression" : $"a regular expression has \"{found}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"(?:a|aa)+$", false)]
    [InlineData(@"(?:a+)+b", false)]
    [InlineData(@"(?:\w|\d|a)+;", false)]
    [InlineData(@"'s|'t| ?\p{L}+|\s+(?!\S)|\s+", true)]
    [InlineData(@"\s*[\r\n]+|\s+(?!\S)|\s+", true)]
    public void Find_LongTexts_EndsSoonOrRefuses(string text, bool works)
    {
        var pattern = new Pattern(text);
        foreach (var subject in (string[])[new string('a', 3_000), new string(' ', 30_000) + "x", string.Concat(Enumerable.Repeat(" \n  ", 5_000))])
        {
            var tooSlow = Record.Exception(() => Matches(pattern, subject));
            Assert.True(tooSlow is null || (tooSlow is PatternTooSlowException && !works && subject[0] == 'a'), tooSlow?.Message);
        }
    }

    private static List<(int Index, int Length)> Matches(Pattern pattern, string subject)
    {
        var bytes = Encoding.UTF8.GetBytes(subject);
        var run = new PatternRun(bytes, pattern.Text);
        return [.. new PatternMatches(pattern, bytes.Length).All(ref run).Select(match =>
        {
            var start = Encoding.UTF8.GetCharCount(bytes.AsSpan(0, match.Start));
            return (start, Encoding.UTF8.GetCharCount(bytes.AsSpan(0, match.End)) - start);
        })];
    }
}
