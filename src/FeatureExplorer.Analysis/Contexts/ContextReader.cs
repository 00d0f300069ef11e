using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// Says which tokens of any text are inside a context that came with the corpus, and their log-likelihood ratios, by the definitions of the context set.
/// A domain is a label that such a text does not carry: a token counts as inside when the domain is more likely than not,
/// P(domain | s) = P(domain) · P(s | domain) / P(s) > ½.
/// </summary>
/// <remarks>One text at a time.</remarks>
public sealed unsafe class ContextReader : IDisposable
{
    private readonly ContextInfo _context;
    private readonly ScriptMembership? _scripts;
    private readonly int _script;
    private readonly StringRatios? _ratios;

    /// <param name="context">A context of the corpus.</param>
    /// <param name="corpus">The corpus; only needed here.</param>
    /// <exception cref="ArgumentException">The context is of another corpus.</exception>
    public ContextReader(ContextInfo context, TokenizedCorpus corpus)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(corpus);
        _context = context;
        if (context.Kind == ContextKind.Script)
        {
            _script = Find(UnicodeScript.All.Select(static script => script.Name), context.Name);
            _scripts = new ScriptMembership(corpus.Tokenizer);
            return;
        }

        var unigrams = new UnigramModel(corpus.UnigramCounts, corpus.DomainCounts);
        _ratios = context.Kind == ContextKind.Characters
            ? new StringRatios([CharacterModel.All[Find(CharacterModel.All.Select(static model => model.Name), context.Name)].LogRatios(corpus.Tokenizer, unigrams)], [CharacterModel.MinimumTokens])
            : new StringRatios([unigrams.LogRatios(Find(corpus.HeldOut.Domains.Select(static name => ContextTitles.DomainPrefix + name), context.Name))], [1]);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="document">All tokens of a document from its start on, the end-of-text mark included.</param>
    public ContextReading Read(ReadOnlySpan<int> document) => _ratios is null ? ReadScript(document) : ReadRatios(document, _ratios);

    public void Dispose() => _ratios?.Dispose();

    private static int Find(IEnumerable<string> names, string name)
    {
        var number = names.ToList().IndexOf(name);
        return number >= 0 ? number : throw new ArgumentException($"The corpus has no context named \"{name}\".", nameof(name));
    }

    private ContextReading ReadScript(ReadOnlySpan<int> document)
    {
        var scripts = new byte[document.Length];
        _scripts!.Mark(document, scripts);
        var (inside, outside) = ((float)-Math.Log(_context.Share), (float)(Math.Log(CharacterModel.Foreign) - Math.Log(_context.Share)));
        return new ContextReading([.. scripts.Select(script => script == _script ? inside : outside)], [.. scripts.Select(script => script == _script)]);
    }

    private ContextReading ReadRatios(ReadOnlySpan<int> document, StringRatios ratios)
    {
        using var output = new FloatBuffer((long)Math.Max(1, document.Length) * ratios.Stride);
        ratios.Fill(document, output.Pointer);
        var (found, stride) = (new float[document.Length], ratios.Stride);
        for (var position = 0; position < found.Length; position++)
        {
            found[position] = output.Pointer[(nint)position * stride];
        }

        var least = _context.Kind == ContextKind.Domain ? (float)Math.Log(0.5 / _context.Share) : 0;
        return new ContextReading(found, [.. found.Select(ratio => ratio > least)]);
    }
}
