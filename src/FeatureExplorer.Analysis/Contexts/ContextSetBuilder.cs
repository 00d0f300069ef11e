using System.Runtime.InteropServices;
using System.Text.Json;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;
using Microsoft.Win32.SafeHandles;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// Writes a context set in two passes over the held-out tokens, block by block on all threads: the first counts the tokens inside each
/// candidate (a script's ratio needs its share, and empty candidates are dropped), the second writes ratios and membership bits.
/// Blocks do not depend on each other, so the files do not depend on the number of threads.
/// </summary>
internal sealed unsafe class ContextSetBuilder : IDisposable
{
    public const int MaximumDomains = 40;

    private const int BlockTokens = 16_384, BlocksPerStep = 32;

    private readonly TokenStore _heldOut;
    private readonly UnigramModel _unigrams;
    private readonly ITokenizer _tokenizer;
    private readonly long _tokens;
    private readonly PerThread<ContextScratch> _scratch;
    private StringRatios? _ratios;

    public ContextSetBuilder(ITokenizer tokenizer, TokenStore heldOut, UnigramModel unigrams, long tokens)
    {
        _tokenizer = tokenizer;
        _heldOut = heldOut;
        _unigrams = unigrams;
        _tokens = Math.Min(tokens, heldOut.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_tokens, nameof(tokens));
        _scratch = new PerThread<ContextScratch>(() => new ContextScratch(tokenizer, heldOut, BlockTokens));
    }

    public void Build(string corpus, string directory, IProgress<double>? progress, CancellationToken cancellation)
    {
        var sources = Choose(progress, cancellation);
        var header = new ContextSetHeader(
            ContextSetHeader.CurrentVersion,
            corpus,
            _tokens,
            StringRatios.Lookback,
            [.. sources.Select(source => new ContextInfo(source.Name, source.Title, source.Kind, (double)source.Members / _tokens))],
            [.. sources.Select(static source => source.Members)]);
        var temporary = Path.TrimEndingDirectorySeparator(directory) + ".tmp";
        try
        {
            DeleteDirectory(temporary);
            Directory.CreateDirectory(temporary);
            WriteBlocks(temporary, sources, progress, cancellation);
            Checksums.Record(Path.Combine(temporary, ContextSetHeader.RatioFile));
            Checksums.Record(Path.Combine(temporary, ContextSetHeader.MemberFile));
            Checksums.Write(Path.Combine(temporary, ContextSetHeader.HeaderFile), file => JsonSerializer.Serialize(file, header, ContextSet.Json));
            DeleteDirectory(directory);
            Directory.Move(temporary, directory);
        }
        finally
        {
            DeleteDirectory(temporary);
        }
    }

    public void Dispose()
    {
        _ratios?.Dispose();
        foreach (var scratch in _scratch.Items)
        {
            scratch.Dispose();
        }
    }

    /// <summary>The candidates that hold some but not all tokens: scripts, character models, then domains by size.</summary>
    private List<ContextSource> Choose(IProgress<double>? progress, CancellationToken cancellation)
    {
        var candidates = Candidates();
        PrepareRatios(candidates.Where(static source => source.Kind == ContextKind.Characters));
        var scripts = new long[UnicodeScript.All.Count];
        var characters = new long[CharacterModel.All.Count];
        ForBlocks((start, count, scratch) => CountBlock(start, count, scratch, scripts, characters), 0, progress, cancellation);
        foreach (var source in candidates)
        {
            source.Members = source.Kind switch
            {
                ContextKind.Script => scripts[source.Number],
                ContextKind.Characters => characters[source.Number],
                _ => source.Members,
            };
        }

        candidates.RemoveAll(source => source.Members == 0 || source.Members == _tokens);
        return candidates;
    }

    private List<ContextSource> Candidates()
    {
        var candidates = new List<ContextSource>();
        candidates.AddRange(UnicodeScript.All.Select((script, i) => new ContextSource(script.Name, script.Title, ContextKind.Script, i)));
        candidates.AddRange(CharacterModel.All.Select((model, i) => new ContextSource(model.Name, model.Title, ContextKind.Characters, i)));
        var sizes = DomainSizes();
        candidates.AddRange(Enumerable.Range(0, sizes.Length)
            .Where(domain => sizes[domain] > 0)
            .OrderByDescending(domain => sizes[domain])
            .Take(MaximumDomains)
            .Select(domain => (Name: _heldOut.Domains[domain], Number: domain))
            .Select(domain => new ContextSource($"domain:{domain.Name}", ContextTitles.OfDomain(domain.Name), ContextKind.Domain, domain.Number) { Members = sizes[domain.Number] }));
        return candidates;
    }

    private long[] DomainSizes()
    {
        var sizes = new long[_heldOut.Domains.Count];
        for (var document = 0; document < _heldOut.DocumentCount && _heldOut.DocumentStart(document) < _tokens; document++)
        {
            var domain = _heldOut.DomainOf(document);
            if (domain >= 0)
            {
                sizes[domain] += Math.Min(_heldOut.DocumentEnd(document), _tokens) - _heldOut.DocumentStart(document);
            }
        }

        return sizes;
    }

    private void CountBlock(long start, int count, ContextScratch scratch, long[] scripts, long[] characters)
    {
        Span<long> inScript = stackalloc long[scripts.Length];
        Span<long> inCharacters = stackalloc long[characters.Length];
        scratch.Scripts.Mark(start, scratch.ScriptOf.AsSpan(0, count));
        var ratios = scratch.Ratios(_ratios!);
        _ratios!.Fill(_heldOut, start, count, ratios);
        for (var i = 0; i < count; i++)
        {
            if (scratch.ScriptOf[i] != UnicodeScript.None)
            {
                inScript[scratch.ScriptOf[i]]++;
            }

            for (var model = 0; model < characters.Length; model++)
            {
                inCharacters[model] += ratios[((long)i * _ratios.Stride) + model] > 0 ? 1 : 0;
            }
        }

        AddTo(scripts, inScript);
        AddTo(characters, inCharacters);
    }

    /// <summary>Whole numbers: the order of the blocks does not matter.</summary>
    private static void AddTo(long[] totals, ReadOnlySpan<long> counts)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            Interlocked.Add(ref totals[i], counts[i]);
        }
    }

    private void WriteBlocks(string directory, List<ContextSource> sources, IProgress<double>? progress, CancellationToken cancellation)
    {
        for (var bit = 0; bit < sources.Count; bit++)
        {
            sources[bit].Bit = bit;
        }

        PrepareRatios(sources);
        using var ratioFile = Create(Path.Combine(directory, ContextSetHeader.RatioFile), sources.Count * _tokens * sizeof(ushort));
        using var memberFile = Create(Path.Combine(directory, ContextSetHeader.MemberFile), _tokens * sizeof(ulong));
        ForBlocks(
            (start, count, scratch) =>
            {
                scratch.Scripts.Mark(start, scratch.ScriptOf.AsSpan(0, count));
                var ratios = scratch.Ratios(_ratios!);
                _ratios!.Fill(_heldOut, start, count, ratios);
                scratch.Members.AsSpan(0, count).Clear();
                foreach (var source in sources)
                {
                    WriteRow(source, start, count, scratch, ratios);
                    RandomAccess.Write(ratioFile, MemoryMarshal.AsBytes(scratch.Row.AsSpan(0, count)), ((source.Bit * _tokens) + start) * sizeof(ushort));
                }

                RandomAccess.Write(memberFile, MemoryMarshal.AsBytes(scratch.Members.AsSpan(0, count)), start * sizeof(ulong));
            },
            0.5,
            progress,
            cancellation);
        RandomAccess.FlushToDisk(ratioFile);
        RandomAccess.FlushToDisk(memberFile);
    }

    /// <summary>One context's ratios of a block into scratch.Row, its bit into scratch.Members.</summary>
    private void WriteRow(ContextSource source, long start, int count, ContextScratch scratch, float* ratios)
    {
        var bit = 1UL << source.Bit;
        switch (source.Kind)
        {
            case ContextKind.Script:
                // Bayes: P(s | script) / P(s) = P(script | s) / P(script), with P(script | s) 1 or 10⁻¹⁰; the last token decides.
                var inside = (Half)(-Math.Log((double)source.Members / _tokens));
                var outside = (Half)(Math.Log(CharacterModel.Foreign) - Math.Log((double)source.Members / _tokens));
                for (var i = 0; i < count; i++)
                {
                    var member = scratch.ScriptOf[i] == source.Number;
                    scratch.Row[i] = member ? inside : outside;
                    scratch.Members[i] |= member ? bit : 0;
                }

                break;
            case ContextKind.Characters:
                for (var i = 0; i < count; i++)
                {
                    var ratio = ratios[(i * _ratios!.Stride) + source.Column];
                    scratch.Row[i] = Stored(ratio);
                    scratch.Members[i] |= ratio > 0 ? bit : 0;
                }

                break;
            default:
                for (var i = 0; i < count; i++)
                {
                    scratch.Row[i] = Stored(ratios[(i * _ratios!.Stride) + source.Column]);
                }

                MarkDomain(source.Number, bit, start, scratch.Members.AsSpan(0, count));
                break;
        }
    }

    private void MarkDomain(int domain, ulong bit, long start, Span<ulong> members)
    {
        var end = start + members.Length;
        for (var document = _heldOut.DocumentAt(start); document < _heldOut.DocumentCount && _heldOut.DocumentStart(document) < end; document++)
        {
            if (_heldOut.DomainOf(document) == domain)
            {
                var from = (int)(Math.Max(start, _heldOut.DocumentStart(document)) - start);
                var to = (int)(Math.Min(end, _heldOut.DocumentEnd(document)) - start);
                foreach (ref var bits in members[from..to])
                {
                    bits |= bit;
                }
            }
        }
    }

    /// <summary>Half precision that keeps the sign: a ratio above 0 stays above 0.</summary>
    private static Half Stored(float ratio)
    {
        var stored = (Half)Math.Clamp(ratio, (float)Half.MinValue, (float)Half.MaxValue);
        return stored == Half.Zero && ratio != 0 ? (ratio > 0 ? Half.Epsilon : -Half.Epsilon) : stored;
    }

    private void PrepareRatios(IEnumerable<ContextSource> sources)
    {
        var columns = new List<float[]>();
        var minimums = new List<int>();
        foreach (var source in sources.Where(static source => source.Kind != ContextKind.Script))
        {
            source.Column = columns.Count;
            var characters = source.Kind == ContextKind.Characters;
            columns.Add(characters ? CharacterModel.All[source.Number].LogRatios(_tokenizer, _unigrams) : _unigrams.LogRatios(source.Number));
            minimums.Add(characters ? CharacterModel.MinimumTokens : 1);
        }

        _ratios?.Dispose();
        _ratios = new StringRatios(columns, minimums);
    }

    private void ForBlocks(Action<long, int, ContextScratch> body, double done, IProgress<double>? progress, CancellationToken cancellation)
    {
        var blocks = (int)((_tokens + BlockTokens - 1) / BlockTokens);
        for (var first = 0; first < blocks; first += BlocksPerStep)
        {
            cancellation.ThrowIfCancellationRequested();
            var step = Math.Min(BlocksPerStep, blocks - first);
            var firstOfStep = first;
            var scratch = _scratch.Prepare();
            WorkerPool.For(step, (task, thread) =>
            {
                var start = (long)(firstOfStep + task) * BlockTokens;
                body(start, (int)Math.Min(BlockTokens, _tokens - start), scratch[thread]);
            });
            progress?.Report(done + (0.5 * (first + step) / blocks));
        }
    }

    private static SafeFileHandle Create(string path, long length) =>
        File.OpenHandle(path, FileMode.Create, FileAccess.Write, preallocationSize: length);

    private static void DeleteDirectory(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
