using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Tokenizer.Imported;
using FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>Opens tokenizers, whichever they are.</summary>
public static class TokenizerFiles
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private static readonly Dictionary<string, WeakReference<ImportedTokenizer>> Shared = new(StringComparer.Ordinal);

    /// <summary>Reads a tokenizer.json by itself: one that was trained here, or any other that <see cref="ImportedTokenizer"/> can follow.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or describes a tokenizer that cannot be used here.</exception>
    public static ITokenizer Load(string file) =>
        ReadJson<ITokenizer>(file, root => TokenizerFileReader.IsOurs(root) ? TokenizerFileReader.Read(root) : Share(new ImportedTokenizer(TokenizerJsonReader.Read(root, file))));

    /// <summary>
    /// Reads the tokenizer of a model: the folder that holds its files, or one of them. It looks for tokenizer.json, for vocab.json (or encoder.json) with merges.txt (or
    /// vocab.bpe), and for llama2.c's tokenizer.bin, in this order; for the tokens that begin and end a text also in tokenizer_config.json, special_tokens_map.json and config.json.
    /// </summary>
    /// <param name="path">A folder, a tokenizer.json or a tokenizer.bin.</param>
    /// <param name="ids">Ids of the model, which may have more than its tokenizer; null: the tokenizer's.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or describes a tokenizer that cannot be used here.</exception>
    public static ITokenizer LoadOfModel(string path, int? ids = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        var json = Directory.Exists(path) ? Path.Combine(path, "tokenizer.json") : path;
        if (File.Exists(json) && !json.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
        {
            return ReadJson(json, root => TokenizerFileReader.IsOurs(root) && TokenizerFileReader.Read(root) is var own && !(ids > own.VocabularySize)
                ? own
                : (ITokenizer)new ImportedTokenizer(TokenizerPadding.To(Ours(root, TokenizerRoles.Add(TokenizerJsonReader.Read(root, json), folder)), ids)));
        }

        if (Find(folder, "vocab.json", "encoder.json") is { } vocabulary && Find(folder, "merges.txt", "vocab.bpe") is { } merges)
        {
            return Guard(vocabulary, () => ReadJson(vocabulary, root => new ImportedTokenizer(TokenizerPadding.To(TokenizerRoles.Add(Gpt2FilesReader.Read(root, vocabulary, merges), folder), ids))));
        }

        var scored = json.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) ? json : Path.Combine(folder, "tokenizer.bin");
        return File.Exists(scored)
            ? Guard(scored, () => new ImportedTokenizer(TokenizerPadding.To(ScoredVocabularyReader.Read(Bytes(scored), scored), ids)))
            : throw Missing(folder);
    }

    /// <summary>Reads JSON that may have comments and commas too many, as settings that people edit do; null where there is no such file.</summary>
    internal static T? ReadSettings<T>(string file, Func<JsonElement, T> read) => File.Exists(file) ? ReadJson(file, read, Lenient) : default;

    internal static byte[] Bytes(string file)
    {
        var length = new FileInfo(file).Length;
        return length <= TokenizerLimits.LargestFile
            ? Checksums.ReadAllBytes(file)
            : throw new InvalidDataException($"{file} has {length:N0} bytes; a tokenizer's file has at most {TokenizerLimits.LargestFile:N0}.");
    }

    /// <summary>A tokenizer that was trained here has an end of text and no beginning, whatever the files beside it say.</summary>
    private static TokenizerParts Ours(JsonElement root, TokenizerParts parts) =>
        TokenizerFileReader.IsOurs(root) ? parts with { BeginningOfText = null, EndOfText = ByteLevelTokenizer.EndOfText } : parts;

    // All dictionaries of a model hold one tokenizer, which may have a quarter of a million tokens.
    private static ImportedTokenizer Share(ImportedTokenizer tokenizer)
    {
        lock (Shared)
        {
            if (Shared.TryGetValue(tokenizer.Hash, out var known) && known.TryGetTarget(out var same))
            {
                return same;
            }

            Shared[tokenizer.Hash] = new WeakReference<ImportedTokenizer>(tokenizer);
            return tokenizer;
        }
    }

    private static T ReadJson<T>(string file, Func<JsonElement, T> read, JsonDocumentOptions options = default) => Guard(file, () =>
    {
        using var json = JsonDocument.Parse(Bytes(file), options);
        return read(json.RootElement);
    });

    private static T Guard<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file} is not valid JSON: {JsonFault.Of(exception)}.", exception);
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file} is not a tokenizer that can be used here: {JsonFault.Of(exception)}.", exception);
        }
    }

    private static string? Find(string folder, params IEnumerable<string> names) => names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static FileNotFoundException Missing(string folder) => new(
        $"There is no tokenizer in {folder}: it has neither tokenizer.json, nor vocab.json (or encoder.json) with merges.txt (or vocab.bpe), nor tokenizer.bin."
        + (File.Exists(Path.Combine(folder, "tokenizer.model")) ? " Its tokenizer.model, SentencePiece's own form, is not read; save the tokenizer as tokenizer.json." : " Put the model's tokenizer.json there."));
}
