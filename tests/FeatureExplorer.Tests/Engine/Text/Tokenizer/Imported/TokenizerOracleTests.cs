using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Text.Tokenizer.Imported;
using Microsoft.ML.Tokenizers;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>Tokenizers in use, against other makers' encoders, on fuzzed texts.</summary>
public sealed class TokenizerOracleTests
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, ImportedTokenizer> Loaded = new();

    public static TheoryData<string> Names => [.. TokenizerPackages.Names];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Encode_FuzzedTexts_GivesTheIdsOfTheReference(string name)
    {
        var tokenizer = Open(name);
        var oracle = TokenizerOracle.Instance;
        var wrong = oracle.All.Chunk(TokenizerOracle.Block).Index()
            .Where(block => TokenizerOracle.Hash(block.Item.Select(text => Encode(tokenizer, text, withSpecial: true).Ids)) != oracle.HashOf(name, block.Index))
            .Select(static block => $"texts {block.Index * TokenizerOracle.Block} to {((block.Index + 1) * TokenizerOracle.Block) - 1}");
        Assert.Empty(wrong);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Encode_FuzzedTexts_CoversTheSourceAndSpellsIt(string name)
    {
        var tokenizer = Open(name);
        foreach (var text in TokenizerOracle.Instance.All.Take(3_000))
        {
            var (ids, ends) = Encode(tokenizer, text, withSpecial: false);
            Assert.Equal(ends.Order(), ends);
            Assert.Equal(text.Length, ends.LastOrDefault());

            // "▁" is how these two write a space; the third composes characters first.
            var read = Encoding.UTF8.GetString(text);
            var expected = name is "llama2" or "gemma3" ? read.Replace('▁', ' ') : read;
            var written = Encoding.UTF8.GetString([.. ids.SelectMany(id => tokenizer.Bytes(id).ToArray())]);
            Assert.True(name == "qwen3" || written == (tokenizer.AddsSpace && read.Length > 0 ? " " : "") + expected, $"{expected} became {written}");

            // What a token covers is what it stands for, where nothing was replaced.
            for (var i = 0; i < ids.Count && name is "gpt2" or "llama3" && Encoding.UTF8.GetBytes(read).AsSpan().SequenceEqual(text); i++)
            {
                Assert.True(tokenizer.Bytes(ids[i]).SequenceEqual(text.AsSpan((i == 0 ? 0 : ends[i - 1])..ends[i])));
            }
        }
    }

    // Theirs cuts text by UTF-16 units, so that letters and digits outside the first plane are none.
    [SkippableFact]
    public void Encode_Gpt2_GivesTheIdsOfASecondReference()
    {
        var tokenizer = Open("gpt2");
        var other = TiktokenTokenizer.CreateForModel("gpt2");
        var compared = 0;
        foreach (var text in TokenizerOracle.Instance.All.Select(Encoding.UTF8.GetString).Where(static text => !text.EnumerateRunes().Any(static rune => rune.Value > 0xFFFF && (Rune.IsLetter(rune) || Rune.IsNumber(rune)))))
        {
            Assert.Equal(other.EncodeToIds(text), Encode(tokenizer, Encoding.UTF8.GetBytes(text), withSpecial: true).Ids);
            compared++;
        }

        Assert.True(compared > 5_000);
    }

    [SkippableTheory]
    [InlineData("gpt2", 50256, 50256, "")]
    [InlineData("llama2", 1, 2, "1")]
    [InlineData("llama3", 128000, 128001, "")]
    [InlineData("qwen3", null, 151645, "")]
    [InlineData("deepseek_v3", 0, 1, "0")]
    [InlineData("gemma3", 2, 106, "2")]
    public void LoadOfModel_Marks_AreThoseOfTheFiles(string name, int? begin, int end, string before)
    {
        var tokenizer = Open(name);
        Assert.Equal(begin, tokenizer.BeginningOfText);
        Assert.Equal(end, tokenizer.EndOfText);
        Assert.Equal(before, string.Join(' ', tokenizer.Before));
        Assert.Equal(begin ?? end, tokenizer.DocumentMark);
        Assert.True(tokenizer.IsSpecial(end));
    }

    [SkippableTheory]
    [InlineData("gpt2")]
    [InlineData("llama2")]
    public void Save_OfAModel_ReadsBackTheSame(string name)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Open(name);
        tokenizer.Save(folder.At("tokenizer.json"));
        var read = Assert.IsType<ImportedTokenizer>(TokenizerFiles.Load(folder.At("tokenizer.json")));
        SameTokenizer.Check(tokenizer, read);
        Assert.Equal(tokenizer.Before, read.Before);
        Assert.Equal(tokenizer.EndOfText, read.EndOfText);
        foreach (var text in TokenizerOracle.Instance.All.Take(300))
        {
            Assert.Equal(Encode(tokenizer, text, withSpecial: true).Ids, Encode(read, text, withSpecial: true).Ids);
        }

        read.Save(folder.At("again.json"));
        Assert.Equal(File.ReadAllBytes(folder.At("tokenizer.json")), File.ReadAllBytes(folder.At("again.json")));
    }

    [SkippableTheory]
    [InlineData("🤗", "8582,97,245")]
    [InlineData("ø", "24172")]
    [InlineData("Hello world", "15496,995")]
    public void Encode_Gpt2_GivesKnownIds(string text, string ids) =>
        Assert.Equal(ids, string.Join(',', Encode(Open("gpt2"), Encoding.UTF8.GetBytes(text), withSpecial: false).Ids));

    [SkippableFact]
    public void Encode_LargeVocabulary_GivesIdsAboveTwoBytes()
    {
        var tokenizer = Open("llama3");
        Assert.Equal(128_256, tokenizer.VocabularySize);
        Assert.Equal([1342], tokenizer.Encode("text"));
        var ids = tokenizer.Encode("шахматы и шахматистка");
        Assert.Contains(ids, static id => id > ushort.MaxValue);
        Assert.Equal("шахматы и шахматистка", Encoding.UTF8.GetString(tokenizer.Decode(ids)));
    }

    private static (List<int> Ids, List<int> Ends) Encode(ImportedTokenizer tokenizer, byte[] text, bool withSpecial)
    {
        var (ids, ends) = (new List<int>(), new List<int>());
        tokenizer.Encode(text, withSpecial, ids, ends);
        return (ids, ends);
    }

    private static ImportedTokenizer Open(string name)
    {
        var folder = TokenizerPackages.Find(name);
        Skip.If(folder is null, $"The tokenizer {name} {TokenizerPackages.Missing}");
        return Loaded.GetOrAdd(name, _ => (ImportedTokenizer)TokenizerFiles.LoadOfModel(folder!));
    }
}
