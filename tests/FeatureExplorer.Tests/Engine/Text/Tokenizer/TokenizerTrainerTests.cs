using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer;

public class TokenizerTrainerTests
{
    [Fact]
    public void Train_FewWords_MergesMostFrequentPairsFirst()
    {
        // Words: "ab" 3 times (the later ones with a space), "abc" twice. (a, b) occurs 5 times, (space, ab) 4, (ab, c) and (space ab, c) 2.
        var tokenizer = Train("ab ab ab abc abc", 260);

        Assert.Equal([(Id('a'), Id('b')), (Id(' '), 257), (258, Id('c'))], tokenizer.Merges);
        Assert.Equal(" abc"u8.ToArray(), tokenizer.Bytes(259).ToArray());
        Assert.Equal([257, 258, 259], tokenizer.Encode("ab ab abc"));
    }

    [Fact]
    public void Train_EqualCounts_TakesTheSmallerPair()
    {
        var tokenizer = Train("xy\nab\nxy\nab", 258);

        Assert.Equal([(Id('a'), Id('b'))], tokenizer.Merges);
    }

    [Fact]
    public void Train_NothingRepeats_MakesFewerIds()
    {
        Assert.Equal(257, Train("abcdefg", 300).VocabularySize);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Train_RandomText_AgreesWithBruteForce(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = 0; i < 1500; i++)
        {
            text.Append("aaabbc  d.\n"[random.Next(11)]);
        }

        var tokenizer = Train(text.ToString(), 257 + 60);

        Assert.Equal(BruteForce(text.ToString(), 60), tokenizer.Merges);
        Assert.Equal(tokenizer.VocabularySize - 1, Enumerable.Range(1, tokenizer.VocabularySize - 1).Select(id => Convert.ToHexString(tokenizer.Bytes(id))).Distinct().Count());
    }

    [Theory]
    [InlineData(256)]
    [InlineData(65537)]
    public void Train_VocabularyOutOfRange_Throws(int size)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Train("abc", size));
    }

    [Fact]
    public void Train_Cancelled_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(
            () => TokenizerTrainer.Train([new ReadOnlyMemory<byte>([1, 2])], 300, null, cancellation.Token));
    }

    internal static ByteLevelTokenizer Train(string text, int vocabularySize) =>
        TokenizerTrainer.Train([Encoding.UTF8.GetBytes(text)], vocabularySize);

    /// <summary>Counts all pairs afresh for every merge.</summary>
    private static List<(int Left, int Right)> BruteForce(string text, int merges)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var words = new List<List<int>>();
        for (var position = 0; position < bytes.Length;)
        {
            var end = PreTokenizer.End(bytes, position);
            words.Add([.. bytes[position..end].Select(value => value + 1)]);
            position = end;
        }

        var spellings = Enumerable.Range(0, 257).Select(id => id == 0 ? "" : ((char)(id - 1)).ToString()).ToList();
        var found = new List<(int Left, int Right)>();
        var passedOver = new HashSet<(int, int)>();
        while (found.Count < merges)
        {
            var counts = new Dictionary<(int Left, int Right), int>();
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    counts[(word[i], word[i + 1])] = counts.GetValueOrDefault((word[i], word[i + 1])) + 1;
                }
            }

            var best = counts.Where(pair => pair.Value > 1 && !passedOver.Contains(pair.Key))
                .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Left).ThenBy(pair => pair.Key.Right).Select(pair => pair.Key).FirstOrDefault();
            if (best == default)
            {
                break;
            }

            var spelling = spellings[best.Left] + spellings[best.Right];
            if (spellings.Contains(spelling))
            {
                passedOver.Add(best);
                continue;
            }

            found.Add(best);
            spellings.Add(spelling);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) == best)
                    {
                        word[i] = spellings.Count - 1;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return found;
    }

    private static int Id(char character) => character + 1;
}
