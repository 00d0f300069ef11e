using System.Text;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Demo;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

namespace FeatureExplorer.Tests.Engine.Text.Corpora;

/// <summary>A corpus that is encoded by the tokenizer of an imported model.</summary>
[Collection(AloneTests.Name)]
public sealed class ImportedTokenizerCorpusTests : IDisposable
{
    private const string Prepended = """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Build_WithATokenizer_KeepsItAndEveryText()
    {
        var tokenizer = Words();
        using var corpus = TokenizedCorpus.Build(new DemoCorpus(1, 60_000), new CorpusOptions { Tokenizer = tokenizer }, _folder.At("corpus"));
        Assert.Equal(tokenizer.Hash, corpus.Tokenizer.Hash);
        Assert.Equal(tokenizer.VocabularySize, corpus.UnigramCounts.Count);
        var expected = DemoCorpus.Documents(1, 60_000).ToDictionary(static document => document.Source, static document => document.Text);
        var text = new TokenText(corpus.Tokenizer);
        for (var document = 0; document < corpus.HeldOut.DocumentCount; document++)
        {
            var start = corpus.HeldOut.DocumentStart(document);
            var tokens = corpus.HeldOut.Read(start, (int)(corpus.HeldOut.DocumentEnd(document) - start));
            var source = corpus.HeldOut.SourceOf(document);
            Assert.Equal(1, tokens[0]);
            Assert.Equal(expected[source], Encoding.UTF8.GetString(corpus.Tokenizer.Decode(tokens)));
            Assert.Equal(expected[source], text.Plain(tokens, text.Pieces(tokens)));
        }
    }

    [Fact]
    public void Pieces_AfterTheMark_HaveNoSpaceThatIsNotInTheText()
    {
        ITokenizer tokenizer = Words();
        var text = new TokenText(tokenizer);
        Assert.Equal("⟨s⟩|the| |w|é", string.Join('|', text.Pieces([1, .. tokenizer.Encode("the wé")]).Select(static piece => piece.Text)));
        Assert.Equal("⟨s⟩| |w", string.Join('|', text.Pieces([1, .. tokenizer.Encode("w")]).Select(static piece => piece.Text)));
        Assert.Equal("⟨end⟩", text.Of(2));
    }

    [Fact]
    public void Hash_OfOptions_TellsTokenizersApart()
    {
        var json = System.Text.Json.JsonSerializer.Serialize(new CorpusOptions { Tokenizer = Words() });
        Assert.Contains(Words().Hash, json, StringComparison.Ordinal);
        Assert.DoesNotContain("Tokenizer", System.Text.Json.JsonSerializer.Serialize(new CorpusOptions()), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_VocabularyAboveTwoBytes_HasTheSameTokensInFourBytes()
    {
        var larger = Words(last: 65_536);
        using var narrow = TokenizedCorpus.Build(new DemoCorpus(1, 60_000), new CorpusOptions { Tokenizer = Words() }, _folder.At("narrow"));
        using var wide = TokenizedCorpus.Build(new DemoCorpus(1, 60_000), new CorpusOptions { Tokenizer = larger }, _folder.At("wide"));
        Assert.Equal(65_537, wide.UnigramCounts.Count);
        Assert.Equal(narrow.Training.Read(0, (int)narrow.Training.Count).ToArray(), wide.Training.Read(0, (int)wide.Training.Count).ToArray());
        Assert.Equal(narrow.UnigramCounts, wide.UnigramCounts.Take(narrow.UnigramCounts.Count));
        Assert.Equal(4 * wide.HeldOut.Count, 2 * narrow.HeldOut.Count + new FileInfo(_folder.At("wide/held-out.tokens")).Length - new FileInfo(_folder.At("narrow/held-out.tokens")).Length);
    }

    // SentencePiece-like, with all bytes: any text is encoded.
    private static FeatureExplorer.Engine.Text.Tokenizer.Imported.ImportedTokenizer Words(int? last = null)
    {
        var json = SmallTokenizer.Json(
            ["▁", "t", "h", "e", "w", "▁t", "he", "▁the", .. Enumerable.Range(0, 256).Select(static value => $"<0x{value:X2}>")], ["▁ t", "h e", "▁t he"], normalizer: Prepended);
        json["model"]!["byte_fallback"] = true;
        json["added_tokens"]![1]![FeatureExplorer.Engine.Text.Tokenizer.Imported.Files.TokenizerJsonReader.Roles] = new JsonArray("beginning_of_text");
        json["added_tokens"]![2]![FeatureExplorer.Engine.Text.Tokenizer.Imported.Files.TokenizerJsonReader.Roles] = new JsonArray("end_of_text");
        if (last is { } id)
        {
            json["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = id, ["content"] = "<last>" });
        }

        return SmallTokenizer.Load(json);
    }
}
