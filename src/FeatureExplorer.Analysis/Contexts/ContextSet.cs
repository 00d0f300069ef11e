using System.Text.Json;
using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// Up to 64 contexts over the held-out tokens: for every position which contexts it is inside, and for every context its log-likelihood
/// ratio log P(s | context) / P(s) in nats, maximised over the strings s that end there. Memory-mapped; safe for concurrent readers.
/// </summary>
public sealed unsafe class ContextSet : IDisposable
{
    /// <summary>Most contexts in a set: one bit each.</summary>
    public const int MaximumContexts = 64;

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly ContextSetHeader _header;
    private readonly MappedFile _ratios;
    private readonly MappedFile _members;

    private ContextSet(ContextSetHeader header, MappedFile ratios, MappedFile members)
    {
        _header = header;
        _ratios = ratios;
        _members = members;
    }

    /// <summary>The contexts; a context's index here is its bit in <see cref="Members"/>.</summary>
    public IReadOnlyList<ContextInfo> Contexts => _header.Contexts;

    /// <summary>Hash of the corpus.</summary>
    public string Corpus => _header.Corpus;

    /// <summary>Number of held-out tokens covered: positions 0 … Tokens − 1 of the split.</summary>
    public long Tokens => _header.Tokens;

    /// <summary>
    /// Computes the contexts of the first <paramref name="tokens"/> held-out tokens (or all) and writes them to a directory, which it
    /// replaces when they are complete. Contexts that hold no token, or every token, are left out.
    /// </summary>
    public static ContextSet Build(
        TokenizedCorpus corpus, long tokens, string directory, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        using var builder = new ContextSetBuilder(corpus.Tokenizer, corpus.HeldOut, new UnigramModel(corpus.UnigramCounts, corpus.DomainCounts), tokens);
        builder.Build(corpus.Hash, directory, progress, cancellation);
        return Open(directory);
    }

    /// <summary>Opens a directory that <see cref="Build"/> has written.</summary>
    /// <exception cref="InvalidDataException">A file is missing, of another version, or damaged.</exception>
    public static ContextSet Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var header = ReadHeader(Path.Combine(directory, ContextSetHeader.HeaderFile));
        var ratios = Map(Path.Combine(directory, ContextSetHeader.RatioFile), header.Contexts.Count * header.Tokens * sizeof(ushort));
        try
        {
            var members = Map(Path.Combine(directory, ContextSetHeader.MemberFile), header.Tokens * sizeof(ulong));
            return new ContextSet(header, ratios, members);
        }
        catch
        {
            ratios.Dispose();
            throw;
        }
    }

    /// <summary>The log-likelihood ratio of a context at a position, nats.</summary>
    public float Llr(int context, long position)
    {
        CheckPosition(position);
        return (float)Ratios(context)[position];
    }

    /// <summary>The contexts that a position is inside: bit c for context c.</summary>
    public ulong Members(long position)
    {
        CheckPosition(position);
        return MemberBits()[position];
    }

    /// <summary>Number of tokens inside a context.</summary>
    public long MemberCount(int context) => _header.Members[context];

    /// <summary>Index of the context of that name, or −1.</summary>
    public int IndexOf(string name)
    {
        for (var context = 0; context < Contexts.Count; context++)
        {
            if (Contexts[context].Name == name)
            {
                return context;
            }
        }

        return -1;
    }

    public void Dispose()
    {
        _ratios.Dispose();
        _members.Dispose();
    }

    /// <summary>[Tokens] ratios of a context; the caller checks positions.</summary>
    internal Half* Ratios(int context)
    {
        ObjectDisposedException.ThrowIf(_ratios.Pointer is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(context);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(context, Contexts.Count);
        return (Half*)_ratios.Pointer + (context * Tokens);
    }

    /// <summary>[Tokens] membership bits; the caller checks positions.</summary>
    internal ulong* MemberBits()
    {
        ObjectDisposedException.ThrowIf(_members.Pointer is null, this);
        return (ulong*)_members.Pointer;
    }

    private void CheckPosition(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Tokens);
    }

    private static ContextSetHeader ReadHeader(string path)
    {
        if (!File.Exists(path))
        {
            throw Invalid(path, "it does not exist");
        }

        try
        {
            var header = JsonSerializer.Deserialize<ContextSetHeader>(File.ReadAllBytes(path), Json) ?? throw Invalid(path, "it is empty");
            return header is { Version: ContextSetHeader.CurrentVersion, Tokens: > 0, Contexts.Count: <= MaximumContexts }
                && header.Members?.Count == header.Contexts.Count
                ? header
                : throw Invalid(path, $"its version is {header.Version} where this program reads {ContextSetHeader.CurrentVersion}, or it is damaged");
        }
        catch (JsonException exception)
        {
            throw Invalid(path, exception.Message);
        }
    }

    private static MappedFile Map(string path, long length)
    {
        var found = File.Exists(path) ? new FileInfo(path).Length : throw Invalid(path, "it does not exist");
        return found == length ? new MappedFile(path) : throw Invalid(path, $"it has {found} bytes instead of {length}");
    }

    private static InvalidDataException Invalid(string path, string why) =>
        new($"'{path}' is not a usable file of contexts: {why}. Delete its folder and build the contexts again from the corpus.");
}
