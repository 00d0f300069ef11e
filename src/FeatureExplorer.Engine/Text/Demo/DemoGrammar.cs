namespace FeatureExplorer.Engine.Text.Demo;

/// <summary>The grammar of one kind of text; data/demo/README.md describes the notation. The files are resources of this assembly.</summary>
internal sealed class DemoGrammar
{
    private const string Root = "document";

    private readonly Dictionary<string, DemoRule> _rules = new(StringComparer.Ordinal);
    private readonly string _name;

    private DemoGrammar(string name) => _name = name;

    /// <summary>The grammar in data/demo/<paramref name="name"/>.txt.</summary>
    public static DemoGrammar Load(string name) => Parse(name, Resource(name), Resource);

    /// <param name="used">Gives the text of a grammar named by @use.</param>
    /// <exception cref="InvalidDataException">The grammar has an error.</exception>
    public static DemoGrammar Parse(string name, string text, Func<string, string> used)
    {
        var grammar = new DemoGrammar(name);
        grammar.Add(text, used);
        grammar.Resolve();
        return grammar;
    }

    /// <summary>Words of a rule, for text that is not made by grammar alone.</summary>
    public IReadOnlyList<string> Words(string rule) => _rules[rule].Words;

    /// <summary>One document.</summary>
    public string Write(DemoRandom random) => new DemoWriter(random).Write(_rules[Root]);

    private static string Resource(string name)
    {
        using var stream = typeof(DemoGrammar).Assembly.GetManifestResourceStream($"demo/{name}.txt")
            ?? throw new InvalidDataException($"the demo corpus has no grammar {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void Add(string text, Func<string, string> used)
    {
        DemoRule? rule = null;
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line.Length == 0 || line.StartsWith("# ", StringComparison.Ordinal))
            {
                continue;
            }

            if (line.StartsWith("@use ", StringComparison.Ordinal))
            {
                Add(used(line[5..]), used);
            }
            else if (TryReadHeader(line, out var header))
            {
                rule = header;
                _rules[rule.Name] = rule;
            }
            else
            {
                AddLine(rule ?? throw Error($"\"{line}\" comes before the first rule"), line);
            }
        }
    }

    private static bool TryReadHeader(string line, out DemoRule rule)
    {
        var inner = line is ['[', .., ']'] ? line[1..^1].Split(' ') : [];
        var isRule = inner.Length is 1 or 2 && inner[0].Length > 0 && inner[0].All(char.IsAsciiLetterLower) && (inner.Length == 1 || inner[1] == "words");
        rule = new DemoRule(isRule ? inner[0] : "", inner.Length == 2);
        return isRule;
    }

    private void AddLine(DemoRule rule, string line)
    {
        try
        {
            if (!rule.IsWordList)
            {
                rule.Alternatives.Add(DemoPart.Parse(line));
                return;
            }
        }
        catch (FormatException exception)
        {
            throw Error($"{exception.Message} in [{rule.Name}]");
        }

        foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            rule.AddWord(word.Replace('~', ' '));
        }
    }

    private void Resolve()
    {
        if (!_rules.ContainsKey(Root))
        {
            throw Error($"there is no [{Root}]");
        }

        foreach (var rule in _rules.Values)
        {
            if (rule.Words.Count + rule.Alternatives.Count == 0)
            {
                throw Error($"[{rule.Name}] is empty");
            }

            foreach (var part in rule.Alternatives.SelectMany(parts => parts).Where(part => part.Literal is null && !part.IsNumber && !part.IsRecall))
            {
                part.Rule = _rules.GetValueOrDefault(part.Name) ?? throw Error($"[{rule.Name}] uses ‹{part.Name}›, which there is not");
            }
        }
    }

    private InvalidDataException Error(string message) => new($"demo grammar {_name}: {message}");
}
