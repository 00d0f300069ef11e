using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// Up to 64 contexts over the held-out tokens: for every position which contexts it is inside, and for every context its log-likelihood
/// ratio log P(s | context) / P(s) in nats, maximised over the strings s that end there. Read in checked blocks (<see cref="CheckedFile"/>); safe for concurrent readers.
/// </summary>
public sealed class ContextSet : IDisposable
{
    /// <summary>Most contexts in a set: one bit each.</summary>
    public const int MaximumContexts = 64;

    /// <summary>The file that names the contexts and their corpus.</summary>
    public const string HeaderFile = ContextSetHeader.HeaderFile;

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly ContextSetHeader _header;
    private readonly CheckedFile _ratios;
    private readonly CheckedFile _members;

    private ContextSet(ContextSetHeader header, CheckedFile ratios, CheckedFile members)
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
        var ratios = Opened(Path.Combine(directory, ContextSetHeader.RatioFile), header.Contexts.Count * header.Tokens * sizeof(ushort));
        try
        {
            var members = Opened(Path.Combine(directory, ContextSetHeader.MemberFile), header.Tokens * sizeof(ulong));
            return new ContextSet(header, ratios, members);
        }
        catch
        {
            ratios.Dispose();
            throw;
        }
    }

    /// <summary>Hash of the corpus whose contexts a directory holds.</summary>
    /// <exception cref="InvalidDataException">It holds none that can be read.</exception>
    public static string CorpusOf(string directory) => ReadHeader(Path.Combine(directory, ContextSetHeader.HeaderFile)).Corpus;

    /// <summary>The log-likelihood ratio of a context at a position, nats.</summary>
    public float Llr(int context, long position)
    {
        CheckPosition(position);
        return (float)_ratios.Item<Half>(RatioOffset(context) + (position * sizeof(ushort)));
    }

    /// <summary>The contexts that a position is inside: bit c for context c.</summary>
    public ulong Members(long position)
    {
        CheckPosition(position);
        return _members.Item<ulong>(position * sizeof(ulong));
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

    /// <summary>Compares all of it with its checksums, as far as it has any.</summary>
    /// <exception cref="DamagedFileException">A file is not what was written.</exception>
    public void Verify()
    {
        Checksums.Verify(_ratios.FilePath);
        Checksums.Verify(_members.FilePath);
    }

    /// <summary>Counts the tokens inside each context again, for files that have no checksums.</summary>
    /// <exception cref="DamagedFileException">There are others than the header says.</exception>
    public void CheckMembers()
    {
        var counts = new long[MaximumContexts];
        var members = MemberBits();
        for (var position = 0L; position < Tokens; position++)
        {
            for (var left = members[position]; left != 0; left &= left - 1)
            {
                counts[BitOperations.TrailingZeroCount(left)]++;
            }
        }

        if (!counts.AsSpan(0, Contexts.Count).SequenceEqual([.. _header.Members]) || counts.AsSpan(Contexts.Count).ContainsAnyExcept(0))
        {
            throw DamagedFiles.Found(_members.FilePath, "it does not hold the tokens that its header counts");
        }
    }

    public void Dispose()
    {
        _ratios.Dispose();
        _members.Dispose();
    }

    /// <summary>[Tokens] ratios of a context.</summary>
    internal CheckedItems<Half> Ratios(int context) => new(_ratios, RatioOffset(context), Tokens);

    /// <summary>[Tokens] membership bits.</summary>
    internal CheckedItems<ulong> MemberBits() => new(_members, 0, Tokens);

    /// <summary>Copies the membership bits from a position on.</summary>
    internal void ReadMembers(long first, Span<ulong> members) => _members.Read(first * sizeof(ulong), members);

    private long RatioOffset(int context)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(context);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(context, Contexts.Count);
        return context * Tokens * sizeof(ushort);
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
            var header = JsonSerializer.Deserialize<ContextSetHeader>(Checksums.ReadAllBytes(path), Json) ?? throw Invalid(path, "it is empty");
            return header is { Version: ContextSetHeader.CurrentVersion, Tokens: > 0, Contexts.Count: <= MaximumContexts }
                && header.Members?.Count == header.Contexts.Count
                ? header
                : throw Invalid(path, $"its version is {header.Version} where this program reads {ContextSetHeader.CurrentVersion}, or it is damaged");
        }
        catch (JsonException exception)
        {
            throw Invalid(path, JsonFault.Of(exception));
        }
    }

    private static CheckedFile Opened(string path, long length)
    {
        var file = File.Exists(path) ? CheckedFile.Open(path) : throw Invalid(path, "it does not exist");
        if (file.Length == length)
        {
            return file;
        }

        file.Dispose();
        throw Invalid(path, $"it has {file.Length} bytes instead of {length}");
    }

    private static InvalidDataException Invalid(string path, string why) =>
        new($"'{path}' is not a usable file of contexts: {why}. Delete its folder and build the contexts again from the corpus.");
}
