using System.Text;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>
/// Random tokenizer.json files of all components that are read, in combinations that no one uses: normalizers, steps of cutting with all behaviours, added tokens with all flags,
/// models with and without an unknown token, byte fallback and whole pieces. Vocabularies lack some characters.
/// </summary>
internal sealed class FuzzedPipelines
{
    public const int Count = 150;
    public const int TextsEach = 40;

    private const ulong Seed = 29;

    private static readonly string[] Regexes =
    [
        @"\p{N}{1,3}", @"\s+", @"[\r\n]", @"\s?\p{L}+", @"[A-Za-z]+|\d", @" ?[^\s\p{L}\p{N}]+", "'s|'t", @"\w+", "(?i:'s|'t)|x", @"[^\r\n\p{L}\p{N}]?+\p{L}++|.", @"\s*[\r\n]+|\s+(?!\S)|\s+",
        "[一-龥ࠀ-一가-퟿]+", "$", "^", "(?=a)", "a*", "(?:ab|a)+", @"\bt", @"[\p{L}&&[^a-z]]+", @"[^(\s|[.,!?…。])]+", @"\p{Lu}?\p{Ll}*?e", "(?>a+)a|b{2,}", @"\h{2}", @"\S\s\S", "[[a-f][0-9]]{2,4}",
        @"\x{41}|\u0042|\x43|\p{^L}\P{^N}", @"[\]\-\\]+", "[-a]|[a-]",
    ];

    private static readonly string[] Behaviors = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"];

    // GPT-2's characters for bytes.
    private static readonly char[] ByteCharacters =
        [.. Enumerable.Range(0, 256).Select(static value => IsPrintable(value) ? (char)value : (char)(256 + Enumerable.Range(0, value).Count(static other => !IsPrintable(other))))];

    private readonly CounterRandom _random;
    private readonly JsonObject _vocabulary = [];
    private readonly bool _isByteLevel;
    private ulong _counter;

    private FuzzedPipelines(int number)
    {
        _random = new CounterRandom(Seed, (ulong)number);
        _isByteLevel = Flip();
    }

    /// <summary>Texts that a string can hold, without zeros, at which some programs end a text.</summary>
    public static IReadOnlyList<string> Texts { get; } =
        [.. FuzzedTexts.Make(Count * TextsEach / 10, Seed).Select(static text => Encoding.UTF8.GetString(text).Replace("\0", string.Empty, StringComparison.Ordinal))];

    private static string[] AllCharacters { get; } = [.. Texts.SelectMany(static text => text.EnumerateRunes()).Distinct().Select(static rune => rune.ToString())];

    public static IEnumerable<string> TextsOf(int number) => Enumerable.Range(0, TextsEach).Select(i => Texts[((number * 13) + i) % Texts.Count]);

    /// <summary>The tokenizer.json of a number.</summary>
    public static string Make(int number) => new FuzzedPipelines(number).Tokenizer().ToJsonString();

    private JsonObject Tokenizer()
    {
        var hasUnknown = Flip();
        if (hasUnknown)
        {
            Add("<unk>");
        }

        var fallsBack = !_isByteLevel && Flip();
        AddCharacters(fallsBack);
        var merges = Merges();
        var added = Added(hasUnknown);
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = added,
            ["normalizer"] = Normalizer(nested: true),
            ["pre_tokenizer"] = PreTokenizer(),
            ["post_processor"] = null,
            ["decoder"] = null,
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = hasUnknown ? "<unk>" : null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = Flip(),
                ["byte_fallback"] = fallsBack,
                ["ignore_merges"] = Next(4) == 0,
                ["vocab"] = _vocabulary,
                ["merges"] = merges,
            },
        };
    }

    private int Next(int bound) => (int)_random.Bounded(_counter++, (ulong)bound);

    private bool Flip() => Next(2) == 0;

    private T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    private void Add(string token)
    {
        if (!_vocabulary.ContainsKey(token))
        {
            _vocabulary[token] = _vocabulary.Count;
        }
    }

    private void AddCharacters(bool fallsBack)
    {
        if (_isByteLevel)
        {
            foreach (var letter in Enumerable.Range(0, 256).Select(static value => Spelled([(byte)value])).Where(_ => Next(60) != 0))
            {
                Add(letter);
            }

            return;
        }

        foreach (var letter in AllCharacters.Where(_ => Next(3) != 0))
        {
            Add(letter);
        }

        Add("▁");
        Add(" ");
        for (var value = 0; fallsBack && value < 256; value++)
        {
            Add($"<0x{value:X2}>");
        }
    }

    // Parts of the texts, each of two tokens that there are.
    private JsonArray Merges()
    {
        var merges = new JsonArray();
        for (var tries = 0; tries < 600; tries++)
        {
            var text = Pick(Texts);
            text = _isByteLevel ? Spelled(Encoding.UTF8.GetBytes(text)) : text.Replace(' ', '▁');
            if (text.Length < 2)
            {
                continue;
            }

            var start = Next(text.Length - 1);
            var length = Math.Min(2 + Next(3), text.Length - start);
            var cut = start + 1 + Next(length - 1);
            var (left, right) = (text[start..cut], text[cut..(start + length)]);
            if (_vocabulary.ContainsKey(left) && _vocabulary.ContainsKey(right))
            {
                Add(left + right);
                merges.Add(new JsonArray(left, right));
            }
        }

        return merges;
    }

    private JsonArray Added(bool hasUnknown)
    {
        var added = new JsonArray();
        var next = _vocabulary.Count;
        if (hasUnknown)
        {
            added.Add(Token(0, "<unk>", false, false, false, false, true));
        }

        foreach (var content in (string[])["<s>", "the", "▁", "a", "<|endoftext|>", "é"])
        {
            if (Next(3) == 0)
            {
                added.Add(Token(_vocabulary.TryGetPropertyValue(content, out var id) ? (int)id! : next++, content, Flip(), Flip(), Flip(), Flip(), Flip()));
            }
        }

        return added;

        static JsonObject Token(int id, string content, bool singleWord, bool left, bool right, bool normalized, bool special) => new()
        {
            ["id"] = id,
            ["content"] = content,
            ["single_word"] = singleWord,
            ["lstrip"] = left,
            ["rstrip"] = right,
            ["normalized"] = normalized,
            ["special"] = special,
        };
    }

    private JsonObject? Normalizer(bool nested) => Next(nested ? 9 : 8) switch
    {
        0 => new JsonObject { ["type"] = "NFC" },
        1 => new JsonObject { ["type"] = "Prepend", ["prepend"] = "▁" },
        2 => Replace(new JsonObject { ["String"] = " " }, "▁"),
        3 => new JsonObject { ["type"] = "Strip", ["strip_left"] = Flip(), ["strip_right"] = Flip() },
        4 => Replace(new JsonObject { ["Regex"] = " {2,}" }, "▁"),
        5 => Replace(new JsonObject { ["String"] = "the" }, "xy"),
        8 => new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray([.. Enumerable.Range(0, Next(3)).Select(_ => Normalizer(nested: false)).OfType<JsonNode>()]) },
        _ => null,
    };

    private static JsonObject Replace(JsonObject pattern, string content) => new() { ["type"] = "Replace", ["pattern"] = pattern, ["content"] = content };

    private JsonObject? PreTokenizer()
    {
        var steps = Enumerable.Range(0, Next(3)).Select(_ => Step()).ToList();
        if (_isByteLevel)
        {
            steps.Add(new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = Flip(), ["trim_offsets"] = true, ["use_regex"] = Flip() });
        }

        return steps.Count switch
        {
            0 => null,
            1 => steps[0],
            _ => new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. steps]) },
        };
    }

    private JsonObject Step() => Next(6) switch
    {
        0 or 1 => Split(new JsonObject { ["Regex"] = Pick(Regexes) }),
        2 => Split(new JsonObject { ["String"] = Pick((string[])[" ", "a", "the", "▁", "\n"]) }),
        3 => new JsonObject { ["type"] = "Digits", ["individual_digits"] = Flip() },
        4 => new JsonObject { ["type"] = "Punctuation", ["behavior"] = Pick(Behaviors) },
        _ => new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = Pick((string[])["always", "first", "never"]), ["split"] = Flip() },
    };

    private JsonObject Split(JsonObject pattern) => new() { ["type"] = "Split", ["pattern"] = pattern, ["behavior"] = Pick(Behaviors), ["invert"] = Flip() };

    private static string Spelled(byte[] bytes) => string.Concat(bytes.Select(static value => ByteCharacters[value]));

    private static bool IsPrintable(int value) => value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
}
