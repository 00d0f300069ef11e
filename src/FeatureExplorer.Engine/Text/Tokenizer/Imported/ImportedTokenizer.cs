using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Unicode;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;
using FeatureExplorer.Engine.Text.Tokenizer.Patterns;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>
/// The tokenizer of an imported model: byte-pair encoding with what goes before it, read from tokenizer.json, GPT-2's two files or llama2.c's tokenizer.bin. It gives the
/// ids that the model was trained on. A model may have more ids than its tokenizer: those stand for no text. Immutable; may be used by several threads at once.
/// </summary>
public sealed class ImportedTokenizer : ITokenizer
{
    private readonly ByteStrings _texts;
    private readonly bool[] _special;
    private readonly Dictionary<int, string> _added;
    private readonly TokenizerPipeline _pipeline;
    private readonly ConcurrentBag<PipelineEncoder> _encoders = [];
    private readonly Lazy<string> _hash;

    internal ImportedTokenizer(TokenizerParts parts)
    {
        Parts = parts with { Vocabulary = new VocabularyReader() }; // what is read of it is kept in less memory
        (BeginningOfText, EndOfText, Before, After, AddsSpace) = (parts.BeginningOfText, parts.EndOfText, parts.Before, parts.After, parts.AddsSpace);
        var tokens = parts.Vocabulary.Tokens;
        VocabularySize = Math.Max(tokens.Count, parts.Added.Count == 0 ? 0 : parts.Added.Max(static token => token.Id) + 1);
        if (VocabularySize == 0)
        {
            throw new FormatException("its vocabulary is empty");
        }

        ModelSpellings = new ByteStrings(tokens.Count, id => Encoding.UTF8.GetBytes(tokens[id] ?? string.Empty));
        Model = new PairModel(ModelSpellings, parts.Vocabulary.Merges, parts.Options);
        _added = parts.Added.ToDictionary(static token => token.Id, static token => token.Content);
        _special = Special(parts);
        var space = parts.Space is null ? null : Encoding.UTF8.GetBytes(parts.Space);
        _texts = new ByteStrings(VocabularySize, id => _special[id] ? [] : TextOf(id, space));
        _pipeline = PipelineBuilder.Build(parts, Model, ModelSpellings);
        _hash = new Lazy<string>(() => TokenizerHash.Of(this));
    }

    public int VocabularySize { get; }

    public string Hash => _hash.Value;

    /// <summary>The id that begins a text; null where the tokenizer's files name none.</summary>
    public int? BeginningOfText { get; }

    public int? EndOfText { get; }

    /// <summary>The ids that the model expects before every text, in order: its beginning of text, or nothing.</summary>
    public IReadOnlyList<int> Before { get; }

    /// <summary>The ids that the model expects after every text.</summary>
    public IReadOnlyList<int> After { get; }

    /// <summary>Whether a text that begins with no space is encoded as if it did.</summary>
    public bool AddsSpace { get; }

    public int DocumentMark => BeginningOfText ?? EndOfText ?? throw new InvalidDataException(
        $"{Parts.File}: no file beside it names a token that begins or ends a text; write bos_token or eos_token into tokenizer_config.json.");

    internal TokenizerParts Parts { get; }

    internal PairModel Model { get; }

    /// <summary>The tokens of the model itself; empty for ids that are added tokens only, and for ids without a token.</summary>
    internal ByteStrings ModelSpellings { get; }

    public bool IsSpecial(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        return id >= _special.Length || _special[id];
    }

    public bool AddsSpaceAfter(int id) => AddsSpace && IsSpecial(id) && id != Model.Options.Unknown;

    public string Spelling(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        return _added.TryGetValue(id, out var content) ? content : id < ModelSpellings.Count ? Encoding.UTF8.GetString(ModelSpellings[id]) : string.Empty;
    }

    public ReadOnlySpan<byte> Bytes(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        return id < _texts.Count ? _texts[id] : [];
    }

    public void Encode(ReadOnlySpan<byte> utf8, List<int> output, CancellationToken cancellation = default) =>
        Encode(utf8, withSpecial: false, output, null, cancellation);

    /// <summary>
    /// Appends the ids of a text, without those of <see cref="Before"/> and <see cref="After"/>, and for each where in the text what it covers ends: it begins where the
    /// one before it ends, the first at 0, and the last ends with the text. A token covers the source bytes that it was made of. Where characters were replaced by others
    /// (by a normalizer, or U+FFFD for bytes that are no UTF-8), the token that holds the first byte of the new ones covers all of the old ones; what was left out belongs
    /// to the next token; a token of nothing but what was put in front covers nothing.
    /// </summary>
    /// <param name="utf8">The text. Each sequence of bytes that is no UTF-8 is read as U+FFFD.</param>
    /// <param name="withSpecial">Whether special tokens such as "&lt;s&gt;" are recognised in the text.</param>
    /// <param name="ids">Gets the ids.</param>
    /// <param name="ends">Gets the ends, in bytes; null if they are not asked for.</param>
    /// <exception cref="InvalidDataException">A regular expression of the tokenizer takes too long on this text.</exception>
    public void Encode(ReadOnlySpan<byte> utf8, bool withSpecial, List<int> ids, List<int>? ends, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (!_encoders.TryTake(out var encoder))
        {
            encoder = new PipelineEncoder(_pipeline);
        }

        var first = ends?.Count ?? 0;
        try
        {
            if (Utf8.IsValid(utf8))
            {
                encoder.Encode(utf8, withSpecial, ids, ends, cancellation);
            }
            else
            {
                EncodeRepaired(encoder, utf8, withSpecial, ids, ends, cancellation);
            }
        }
        catch (PatternTooSlowException exception)
        {
            throw new InvalidDataException($"{Parts.File} cannot be used on this text: {exception.Message}.", exception);
        }

        if (ends is not null && ends.Count > first)
        {
            ends[^1] = utf8.Length;
        }

        _encoders.Add(encoder);
    }

    public void Save(string file) => Checksums.Write(file, stream => TokenizerJsonWriter.Write(this, stream));

    private static void EncodeRepaired(PipelineEncoder encoder, ReadOnlySpan<byte> utf8, bool withSpecial, List<int> ids, List<int>? ends, CancellationToken cancellation)
    {
        var text = new AlignedText();
        text.Begin(0);
        for (var at = 0; at < utf8.Length;)
        {
            var isValid = Rune.DecodeFromUtf8(utf8[at..], out _, out var size) == OperationStatus.Done;
            text.Put(isValid ? utf8.Slice(at, 1) : "\uFFFD"u8, at + (isValid ? 1 : size));
            at += isValid ? 1 : size;
            for (var rest = 1; isValid && rest < size; rest++)
            {
                text.Put(utf8.Slice(at, 1), ++at);
            }
        }

        var first = ends?.Count ?? 0;
        encoder.Encode(text.Bytes, withSpecial, ids, ends, cancellation);
        for (var i = first; i < ends?.Count; i++)
        {
            ends[i] = text.PlaceAt(ends[i]);
        }
    }

    private bool[] Special(TokenizerParts parts)
    {
        var special = new bool[VocabularySize];
        for (var id = 0; id < VocabularySize; id++)
        {
            special[id] = (id >= parts.Vocabulary.Tokens.Count || parts.Vocabulary.Tokens[id] is null) && !_added.ContainsKey(id);
        }

        foreach (var token in parts.Added)
        {
            special[token.Id] |= token.Special;
        }

        foreach (var id in (int?[])[parts.Options.Unknown, parts.BeginningOfText, parts.EndOfText, .. parts.Before, .. parts.After])
        {
            if (id >= VocabularySize)
            {
                throw new FormatException($"post_processor names the id {id}, which is no token");
            }

            if (id is { } known)
            {
                special[known] = true;
            }
        }

        return special;
    }

    private byte[] TextOf(int id, byte[]? space)
    {
        if (_added.TryGetValue(id, out var content))
        {
            // An added token of the model's own spelling, such as a run of spaces, may stand for something else.
            var isOwn = id < ModelSpellings.Count && !ModelSpellings[id].IsEmpty;
            return isOwn && !Model.Options.IsByteLevel ? TokenSpelling.TextOf(ModelSpellings[id], Model.Options, space) : Encoding.UTF8.GetBytes(content);
        }

        return TokenSpelling.TextOf(ModelSpellings[id], Model.Options, space);
    }
}
