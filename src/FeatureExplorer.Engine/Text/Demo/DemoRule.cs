namespace FeatureExplorer.Engine.Text.Demo;

/// <summary>A named rule of a grammar: alternatives, or words of which the first ones are more frequent (by Zipf's law).</summary>
internal sealed class DemoRule(string name, bool isWordList)
{
    /// <summary>Softens the frequency of the first words: p ∝ 1 / (rank + 8).</summary>
    private const double RankOffset = 8;

    private readonly List<double> _cumulated = [];

    public string Name { get; } = name;

    public bool IsWordList { get; } = isWordList;

    public List<string> Words { get; } = [];

    public List<List<DemoPart>> Alternatives { get; } = [];

    public void AddWord(string word)
    {
        Words.Add(word);
        _cumulated.Add((_cumulated.Count == 0 ? 0 : _cumulated[^1]) + (1 / (Words.Count + RankOffset)));
    }

    public string PickWord(DemoRandom random)
    {
        var found = _cumulated.BinarySearch(random.Unit() * _cumulated[^1]);
        return Words[Math.Min(found >= 0 ? found : ~found, Words.Count - 1)];
    }
}
