using System.Globalization;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>
/// Unicode's canonical decomposition and composition (Unicode Standard, section 3.11, and Annex 15), from a table that scripts/canonical-forms.mjs writes. .NET's own needs a
/// library that is not everywhere.
/// </summary>
internal sealed class CanonicalForms
{
    private const int FirstSyllable = 0xAC00;
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeFirstTail = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Lazy<CanonicalForms> Loaded = new(static () => new CanonicalForms());

    private readonly Dictionary<(int First, int Second), int> _composed = [];
    private readonly Dictionary<int, int[]> _parts = [];
    private readonly Dictionary<int, int> _classes = [];
    private readonly HashSet<int> _seconds = [];
    private readonly HashSet<int> _neverComposed = [];

    private CanonicalForms()
    {
        using var stream = typeof(CanonicalForms).Assembly.GetManifestResourceStream("tokenizer/canonical-forms.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ');
            switch (fields[0])
            {
                case "=":
                    _composed.Add((Code(fields[2]), Code(fields[3])), Code(fields[1]));
                    _parts.Add(Code(fields[1]), [Code(fields[2]), Code(fields[3])]);
                    _seconds.Add(Code(fields[3]));
                    break;
                case "-":
                    _parts.Add(Code(fields[1]), [.. fields[2..].Select(Code)]);
                    _neverComposed.Add(Code(fields[1]));
                    break;
                case "~":
                    for (var code = Code(fields[2]); code <= Code(fields[3]); code++)
                    {
                        _classes.Add(code, int.Parse(fields[1], CultureInfo.InvariantCulture));
                    }

                    break;
            }
        }
    }

    public static CanonicalForms Instance => Loaded.Value;

    /// <summary>Whether a character can change what comes before it, or be changed by it: it is no place to begin anew.</summary>
    public bool Continues(int code) => _classes.ContainsKey(code) || _seconds.Contains(code)
        || code is (>= FirstVowel and < FirstVowel + Vowels) or (> BeforeFirstTail and < BeforeFirstTail + Tails)
        || (_parts.TryGetValue(code, out var parts) && Continues(parts[0]));

    /// <summary>Whether a character is never part of composed text.</summary>
    public bool IsNeverComposed(int code) => _neverComposed.Contains(code);

    /// <summary>Brings characters into the composed form.</summary>
    /// <param name="codes">Code points; the first one continues nothing.</param>
    public List<int> Compose(IReadOnlyList<int> codes)
    {
        var parts = new List<int>();
        foreach (var code in codes)
        {
            Decompose(code, parts);
        }

        return Join(InOrder(parts));
    }

    private static int Code(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private void Decompose(int code, List<int> parts)
    {
        var syllable = code - FirstSyllable;
        if (syllable is >= 0 and < Leads * Vowels * Tails)
        {
            parts.Add(FirstLead + (syllable / (Vowels * Tails)));
            parts.Add(FirstVowel + (syllable % (Vowels * Tails) / Tails));
            if (syllable % Tails != 0)
            {
                parts.Add(BeforeFirstTail + (syllable % Tails));
            }
        }
        else if (_parts.TryGetValue(code, out var found))
        {
            foreach (var part in found)
            {
                Decompose(part, parts);
            }
        }
        else
        {
            parts.Add(code);
        }
    }

    // Marks that follow each other in the order of their classes, equal ones as they stand.
    private List<int> InOrder(List<int> codes)
    {
        var ordered = new List<int>(codes.Count);
        for (var i = 0; i < codes.Count;)
        {
            var end = i + 1;
            if (Class(codes[i]) != 0)
            {
                while (end < codes.Count && Class(codes[end]) != 0)
                {
                    end++;
                }
            }

            ordered.AddRange(codes[i..end].OrderBy(Class));
            i = end;
        }

        return ordered;
    }

    private List<int> Join(List<int> codes)
    {
        var joined = new List<int>(codes.Count);
        var (starter, last) = (-1, 0); // index of the last starter; class of the last character that was kept after it
        foreach (var code in codes)
        {
            var own = Class(code);
            var isBlocked = starter < 0 || (joined.Count - 1 > starter && last >= own);
            if (!isBlocked && TryJoin(joined[starter], code, out var composed))
            {
                joined[starter] = composed;
                continue;
            }

            (starter, last) = (own == 0 ? joined.Count : starter, own);
            joined.Add(code);
        }

        return joined;
    }

    private bool TryJoin(int first, int second, out int composed)
    {
        var (lead, vowel) = (first - FirstLead, second - FirstVowel);
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels)
        {
            composed = FirstSyllable + (((lead * Vowels) + vowel) * Tails);
            return true;
        }

        var (syllable, tail) = (first - FirstSyllable, second - BeforeFirstTail);
        if (syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0 && tail is > 0 and < Tails)
        {
            composed = first + tail;
            return true;
        }

        return _composed.TryGetValue((first, second), out composed);
    }

    private int Class(int code) => _classes.GetValueOrDefault(code);
}
