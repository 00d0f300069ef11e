using System.Globalization;
using System.Text;

namespace FeatureExplorer.Engine.Text.Demo;

/// <summary>Writes one document by a grammar. Words recur within it, as they do in texts that are about something.</summary>
internal sealed class DemoWriter(DemoRandom random)
{
    private const double Recurrence = 0.35;
    private const int MostRecent = 6;

    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, string> _remembered = new(StringComparer.Ordinal);
    private readonly Dictionary<DemoRule, List<string>> _recent = [];

    public string Write(DemoRule root)
    {
        Append(root);
        return _text.ToString();
    }

    private void Append(DemoRule rule)
    {
        if (rule.IsWordList)
        {
            _text.Append(Word(rule));
            return;
        }

        foreach (var part in rule.Alternatives[random.Between(0, rule.Alternatives.Count - 1)])
        {
            Append(part);
        }
    }

    private void Append(DemoPart part)
    {
        if (part.Literal is not null)
        {
            _text.Append(part.Literal);
        }
        else if (part.IsNumber)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{random.Between(part.Low, part.High)}");
        }
        else if (part.IsRecall)
        {
            _text.Append(_remembered.GetValueOrDefault(part.Name, part.Name));
        }
        else if (!part.IsOptional || random.Unit() < 0.5)
        {
            AppendRule(part);
        }
    }

    private void AppendRule(DemoPart part)
    {
        var start = _text.Length;
        var count = random.Between(part.Low, part.High);
        for (var i = 0; i < count; i++)
        {
            _text.Append(i > 0 ? part.Separator : "");
            Append(part.Rule!);
        }

        if (part.IsCapital && _text.Length > start)
        {
            _text[start] = char.ToUpperInvariant(_text[start]);
        }

        if (part.Remembered is not null)
        {
            _remembered[part.Remembered] = _text.ToString(start, _text.Length - start);
        }
    }

    private string Word(DemoRule rule)
    {
        if (!_recent.TryGetValue(rule, out var recent))
        {
            recent = [];
            _recent.Add(rule, recent);
        }

        if (recent.Count > 0 && random.Unit() < Recurrence)
        {
            return recent[random.Between(0, recent.Count - 1)];
        }

        var word = rule.PickWord(random);
        if (recent.Count < MostRecent)
        {
            recent.Add(word);
        }
        else
        {
            recent[random.Between(0, MostRecent - 1)] = word;
        }

        return word;
    }
}
