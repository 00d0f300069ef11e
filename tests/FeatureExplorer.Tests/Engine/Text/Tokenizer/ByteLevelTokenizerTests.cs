using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer;

public class ByteLevelTokenizerTests
{
    private const string Sample = "the theme of the thesis is the theory; don't they think? 12 12 123 العربية العربية हिन्दी हिन्दी 😀😀\n\n  if (x == 1) {\n    return x;\n  }\n";

    private static readonly ByteLevelTokenizer Tokenizer = TokenizerTrainerTests.Train(string.Concat(Enumerable.Repeat(Sample, 3)), 400);

    [Fact]
    public void Encode_EveryByte_RoundTrips()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        AssertRoundTrip(all);
        foreach (var value in all)
        {
            AssertRoundTrip([value]);
        }
    }

    [Fact]
    public void Encode_RandomBytes_RoundTrips()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            AssertRoundTrip(bytes);
        }
    }

    [Fact]
    public void Encode_RandomUnicode_RoundTrips()
    {
        var random = new Random(2);
        for (var i = 0; i < 500; i++)
        {
            var text = new StringBuilder();
            while (text.Length < 60)
            {
                var value = random.Next(4) == 0 ? random.Next(0x110000) : random.Next(0x700);
                text.Append(Rune.IsValid(value) ? new Rune(value).ToString() : Sample[random.Next(Sample.Length / 2)].ToString());
            }

            AssertRoundTrip(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }

    [Theory]
    [InlineData("word ", 40_000)]
    [InlineData("ab", 100_000)]
    public void Encode_LongTextThatIsCancelled_Ends(string part, int times)
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, times)));
        var tokenizer = TokenizerTrainer.Train([text], 300);
        Assert.Throws<OperationCanceledException>(() => tokenizer.Encode(text, [], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Encode_LongWord_AgreesWithMergingOneByOne()
    {
        // Longer than what is scanned, so the heap merges it.
        var random = new Random(3);
        for (var i = 0; i < 50; i++)
        {
            var word = string.Concat(Enumerable.Range(0, 65 + random.Next(200)).Select(_ => "thesiory"[random.Next(8)]));
            Assert.Equal(MergeOneByOne(Encoding.UTF8.GetBytes(word)), Tokenizer.Encode(word));
        }
    }

    [Fact]
    public void Encode_ShortWords_AgreesWithMergingOneByOne()
    {
        var random = new Random(4);
        for (var i = 0; i < 300; i++)
        {
            var word = string.Concat(Enumerable.Range(0, 1 + random.Next(64)).Select(_ => "thesiory"[random.Next(8)]));
            Assert.Equal(MergeOneByOne(Encoding.UTF8.GetBytes(word)), Tokenizer.Encode(word));
        }
    }

    [Fact]
    public void Encode_MegabyteWithoutSpace_IsQuick()
    {
        var bytes = new byte[1 << 20];
        Array.Fill(bytes, (byte)'t');
        AssertRoundTrip(bytes);
    }

    [Fact]
    public void Encode_TextOfTheEndToken_IsPlainText()
    {
        Assert.DoesNotContain(ByteLevelTokenizer.EndOfText, Tokenizer.Encode("a<|endoftext|>b"));
    }

    [Fact]
    public void Decode_EndOfText_AddsNothing()
    {
        Assert.Equal("ab"u8.ToArray(), Tokenizer.Decode([0, 'a' + 1, 0, 'b' + 1]));
        Assert.True(Tokenizer.Bytes(0).IsEmpty);
    }

    [Fact]
    public void Decode_IdOutsideTheVocabulary_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Decode([Tokenizer.VocabularySize]));
    }

    [Fact]
    public void Encode_ManyThreads_GivesTheSame()
    {
        var expected = Tokenizer.Encode(Sample);
        Parallel.For(0, 200, _ => Assert.Equal(expected, Tokenizer.Encode(Sample)));
    }

    private static void AssertRoundTrip(byte[] bytes)
    {
        var ids = new List<int>();
        Tokenizer.Encode(bytes, ids);
        Assert.Equal(bytes, Tokenizer.Decode([.. ids]));
    }

    private static int[] MergeOneByOne(byte[] word)
    {
        var ids = word.Select(value => value + 1).ToList();
        for (var merge = 0; merge < Tokenizer.Merges.Count; merge++)
        {
            for (var i = 0; i + 1 < ids.Count; i++)
            {
                if ((ids[i], ids[i + 1]) == Tokenizer.Merges[merge])
                {
                    ids[i] = 257 + merge;
                    ids.RemoveAt(i + 1);
                }
            }
        }

        return [.. ids];
    }
}
