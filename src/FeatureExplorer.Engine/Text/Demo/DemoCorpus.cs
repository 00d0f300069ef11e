using System.Text;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Text.Demo;

/// <summary>
/// Generated text of many kinds with known labels, for a first start with nothing at hand and as ground truth for tests. Each document is a
/// pure function of seed, kind and number.
/// </summary>
/// <param name="totalBytes">UTF-8 bytes to write, reached by the last document.</param>
public sealed class DemoCorpus(ulong seed, long totalBytes) : ICorpusSource
{
    public string Name => "demo corpus";

    /// <summary>The domains of its documents.</summary>
    public static IReadOnlySet<string> Domains { get; } = DemoKind.All.Select(static kind => kind.Name).ToHashSet(StringComparer.Ordinal);

    public IEnumerable<Document> Read(CorpusReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        reading.BytesTotal = totalBytes;
        foreach (var document in Documents(seed, totalBytes))
        {
            reading.BytesRead = Math.Min(totalBytes, reading.BytesRead + Encoding.UTF8.GetByteCount(document.Text));
            yield return document;
        }
    }

    /// <summary>Streams documents, always of the kind that is furthest behind its share.</summary>
    public static IEnumerable<Document> Documents(ulong seed, long totalBytes)
    {
        var grammars = new Dictionary<string, DemoGrammar>(StringComparer.Ordinal);
        var sequences = new SequenceKinds(Grammar);
        var kinds = DemoKind.All;
        var bytes = new long[kinds.Count];
        var numbers = new int[kinds.Count];
        for (var written = 0L; written < totalBytes;)
        {
            var next = 0;
            for (var kind = 1; kind < kinds.Count; kind++)
            {
                next = Ahead(kind) < Ahead(next) ? kind : next;
            }

            var name = kinds[next].Name;
            var random = new DemoRandom(new CounterRandom(seed, (ulong)++numbers[next]).Stream(name));
            var text = sequences.Write(name, random) ?? Grammar(name).Write(random);
            var size = Encoding.UTF8.GetByteCount(text);
            bytes[next] += size;
            written += size;
            yield return new Document(text, name, $"demo/{name}/{numbers[next]}");
        }

        double Ahead(int kind) => bytes[kind] / kinds[kind].Share;

        DemoGrammar Grammar(string name)
        {
            if (!grammars.TryGetValue(name, out var grammar))
            {
                grammar = DemoGrammar.Load(name);
                grammars.Add(name, grammar);
            }

            return grammar;
        }
    }
}
