using System.Text;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Index;

/// <summary>Random words for benchmarks, in forty domains that prefer different words; every fourth domain is written in Greek letters.</summary>
/// <param name="words">About how many, a little more than one token each.</param>
internal sealed class SyntheticCorpus(long words) : ICorpusSource
{
    private const int Domains = 40;
    private const int WordsPerDocument = 400;
    private const int WordsPerDomain = 300;

    public string Name => "random words";

    public IEnumerable<Document> Read(CorpusReading reading)
    {
        var random = new CounterRandom(3);
        var lexicon = Enumerable.Range(0, Domains).Select(domain => Enumerable.Range(0, WordsPerDomain).Select(i => Word(random.Stream("words"), domain, i)).ToArray()).ToArray();
        var documents = (words / WordsPerDocument) + 1;
        for (var document = 0L; document < documents; document++)
        {
            var domain = (int)(document % Domains);
            var text = new StringBuilder();
            for (var i = 0; i < WordsPerDocument; i++)
            {
                // Squared, so that some words are much more frequent than others.
                var u = random.UniformDouble((ulong)((document * WordsPerDocument) + i));
                text.Append(lexicon[domain][(int)(u * u * WordsPerDomain)]).Append(' ');
            }

            yield return new Document(text.ToString(), $"domain{domain}", $"{document}");
        }
    }

    private static string Word(CounterRandom random, int domain, int number)
    {
        var counter = (ulong)((domain * WordsPerDomain) + number) * 16;
        var length = 2 + (int)random.Bounded(counter, 6);
        var first = domain % 4 == 3 ? 'α' : 'a';
        return string.Create(length, (random, counter, first), static (letters, state) =>
        {
            for (var i = 0; i < letters.Length; i++)
            {
                letters[i] = (char)(state.first + (int)state.random.Bounded(state.counter + 1 + (ulong)i, 24));
            }
        });
    }
}
