using System.Buffers.Binary;
using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>
/// Reads llama2.c's tokenizer.bin: an int32 (length of the longest token), then for each id a float32 score, an int32 length and the token's bytes, little-endian. Tokens
/// have spaces as they are; ids 0, 1, 2 are the unknown token, the beginning and the end of text, then come 256 byte tokens. Of all neighbours that make a token together
/// those with the best score merge first; tokens of one score in the order of their ids.
/// </summary>
internal static class ScoredVocabularyReader
{
    private const int FirstByte = 3;
    private const string Normalizer = """{"type":"Prepend","prepend":" "}""";
    private const string Decoder = """{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""";

    private static readonly string[] Special = ["<unk>", "<s>", "</s>"];

    public static TokenizerParts Read(ReadOnlySpan<byte> bytes, string file)
    {
        var vocabulary = new VocabularyReader();
        var scores = ReadTokens(bytes, vocabulary);
        vocabulary.Merges.AddRange(Merges(vocabulary, scores));
        var normalizer = new NormalizerReader();
        using var json = System.Text.Json.JsonDocument.Parse(Normalizer);
        normalizer.Read(new JsonPart(json.RootElement, "normalizer"));
        return new TokenizerParts
        {
            File = file,
            Vocabulary = vocabulary,
            Options = new PairModelOptions { Unknown = 0, FusesUnknown = true, HasByteFallback = true },
            Added = [.. Special.Select(static (content, id) => new AddedToken(id, content, Special: true))],
            Normalizer = normalizer,
            AddsSpace = true,
            Before = [1],
            BeginningOfText = 1,
            EndOfText = 2,
            NormalizerJson = Normalizer,
            DecoderJson = Decoder,
        };
    }

    private static List<float> ReadTokens(ReadOnlySpan<byte> bytes, VocabularyReader vocabulary)
    {
        var scores = new List<float>();
        for (var at = sizeof(int); at < bytes.Length;)
        {
            var id = scores.Count;
            var length = bytes.Length - at >= 8 ? BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 4)..]) : -1;
            if (length is < 0 or > TokenizerLimits.LongestToken || length > bytes.Length - at - 8 || id == TokenizerLimits.MostIds)
            {
                throw new FormatException($"token {id}, at byte {at}, {(length < 0 ? "is cut off" : $"has a length of {length} bytes, which the file does not hold")}");
            }

            var score = BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]);
            if (!float.IsFinite(score))
            {
                throw new FormatException($"the score of token {id} is {score}");
            }

            scores.Add(score);
            vocabulary.Add(id < Special.Length ? Special[id] : Encoding.UTF8.GetString(bytes.Slice(at + 8, length)), id);
            at += 8 + length;
        }

        for (var value = 0; value < 256; value++)
        {
            if (vocabulary.IdOf($"<0x{value:X2}>") != FirstByte + value)
            {
                throw new FormatException($"the token with id {FirstByte + value} has to be <0x{value:X2}>");
            }
        }

        return scores;
    }

    private static IEnumerable<(int Left, int Right, int Id)> Merges(VocabularyReader vocabulary, List<float> scores)
    {
        var ids = Enumerable.Range(FirstByte, scores.Count - FirstByte).OrderByDescending(id => scores[id]).ThenBy(static id => id);
        foreach (var id in ids)
        {
            var token = vocabulary.Tokens[id]!;
            for (var cut = 1; cut < token.Length; cut++)
            {
                if (!char.IsLowSurrogate(token[cut]) && vocabulary.IdOf(token[..cut]) is { } left && vocabulary.IdOf(token[cut..]) is { } right)
                {
                    yield return (left, right, id);
                }
            }
        }
    }
}
