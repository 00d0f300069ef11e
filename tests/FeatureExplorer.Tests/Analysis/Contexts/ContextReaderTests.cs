using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;

namespace FeatureExplorer.Tests.Analysis.Contexts;

/// <summary>Contexts on single documents against the context set of the same corpus.</summary>
public sealed class ContextReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TokenizedCorpus _corpus;
    private readonly ContextSet _contexts;

    public ContextReaderTests()
    {
        SmallRun.CopyFinished(_folder.Path);
        _corpus = TokenizedCorpus.Open(Directory.GetDirectories(Path.Combine(_folder.Path, "corpora")).Single());
        _contexts = ContextSet.Open(Path.GetDirectoryName(Directory.EnumerateFiles(_folder.Path, ContextSet.HeaderFile, SearchOption.AllDirectories).First())!);
    }

    public void Dispose()
    {
        _contexts.Dispose();
        _corpus.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Read_EveryHeldOutDocument_EqualsTheContextSet()
    {
        Assert.Contains(_contexts.Contexts, static context => context.Kind == ContextKind.Script);
        Assert.Contains(_contexts.Contexts, static context => context.Kind == ContextKind.Characters);
        for (var context = 0; context < _contexts.Contexts.Count; context++)
        {
            using var reader = new ContextReader(_contexts.Contexts[context], _corpus);
            for (var document = 0; document < _corpus.HeldOut.DocumentCount && _corpus.HeldOut.DocumentEnd(document) <= _contexts.Tokens; document++)
            {
                Check(context, reader, document);
            }
        }
    }

    [Fact]
    public void Read_DomainByItsTokens_IsLikelierInsideThanOutside()
    {
        var context = Enumerable.Range(0, _contexts.Contexts.Count).First(c => _contexts.Contexts[c].Name == "domain:dna");
        using var reader = new ContextReader(_contexts.Contexts[context], _corpus);
        var shares = Enumerable.Range(0, _corpus.HeldOut.DocumentCount).Where(d => _corpus.HeldOut.DocumentEnd(d) <= _contexts.Tokens)
            .ToLookup(d => _corpus.HeldOut.Domains[_corpus.HeldOut.DomainOf(d)] == "dna", d => reader.Read(Document(d)).Inside.Average(static inside => inside ? 1.0 : 0));

        Assert.True(shares[true].Average() > 0.8, $"{shares[true].Average()}");
        Assert.True(shares[false].Average() < 0.1, $"{shares[false].Average()}");
    }

    [Fact]
    public void Constructor_ContextOfAnotherCorpus_SaysWhich() => Assert.Contains(
        "domain:nothing", Assert.Throws<ArgumentException>(() => new ContextReader(new ContextInfo("domain:nothing", "Nothing", ContextKind.Domain, 0.1), _corpus)).Message, StringComparison.Ordinal);

    [Fact]
    public void ExampleTexts_OfACorpus_AreFixedAndOneForEachDomainFirst()
    {
        var texts = ExampleTexts.Of(_corpus);

        Assert.Equal(texts, ExampleTexts.Of(_corpus));
        Assert.Equal(ExampleTexts.Count, texts.Count);
        Assert.Equal(Math.Min(ExampleTexts.Count, _corpus.HeldOut.Domains.Count), texts.Select(static text => text.Domain).Distinct().Count());
        Assert.All(texts, static text => Assert.DoesNotContain('\uFFFD', text.Text));
    }

    private ReadOnlySpan<int> Document(int document)
    {
        var (start, end) = (_corpus.HeldOut.DocumentStart(document), _corpus.HeldOut.DocumentEnd(document));
        return _corpus.HeldOut.Read(start, (int)(end - start));
    }

    private void Check(int context, ContextReader reader, int document)
    {
        var (reading, start) = (reader.Read(Document(document)), _corpus.HeldOut.DocumentStart(document));
        for (var i = 0; i < reading.Ratios.Count; i++)
        {
            var expected = _contexts.Llr(context, start + i);
            Assert.True(Math.Abs(expected - reading.Ratios[i]) <= 1e-3 * Math.Max(1, Math.Abs(expected)), $"{_contexts.Contexts[context].Name}, {document}, {i}: {reading.Ratios[i]} and not {expected}");
            if (_contexts.Contexts[context].Kind != ContextKind.Domain)
            {
                Assert.Equal((_contexts.Members(start + i) >> context & 1) != 0, reading.Inside[i]);
            }
        }
    }
}
