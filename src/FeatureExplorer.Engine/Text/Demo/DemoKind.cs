namespace FeatureExplorer.Engine.Text.Demo;

/// <summary>A kind of text in the demo corpus; its name is the documents' domain.</summary>
/// <param name="Share">Part of the corpus's bytes; all shares together make 1.</param>
public sealed record DemoKind(string Name, double Share)
{
    /// <summary>
    /// English and code make up most of it. Scripts, DNA, base64 and hexadecimal are rare, as in real collections: a small model
    /// cannot spend a neuron on each of them, and so the dictionary has something to find.
    /// </summary>
    public static readonly IReadOnlyList<DemoKind> All = Normalised(
    [
        new("english_narrative", 15),
        new("english_news", 11),
        new("english_recipes", 7),
        new("english_law", 7),
        new("english_dialogue", 8),
        new("chat_log", 5),
        new("python_code", 9),
        new("html_page", 6),
        new("http_request", 3),
        new("json_data", 5),
        new("latex_math", 4),
        new("nutrition", 4),
        new("csv_table", 3),
        new("german", 2.5),
        new("french", 2.5),
        new("russian", 1.4),
        new("arabic", 1.3),
        new("hebrew", 1),
        new("greek", 0.9),
        new("hindi", 1),
        new("korean", 1),
        new("chinese", 0.8),
        new(SequenceKinds.Dna, 1.2),
        new(SequenceKinds.Base64, 0.7),
        new(SequenceKinds.Hexadecimal, 0.6),
    ]);

    private static DemoKind[] Normalised(DemoKind[] kinds)
    {
        var sum = kinds.Sum(kind => kind.Share);
        return [.. kinds.Select(kind => kind with { Share = kind.Share / sum })];
    }
}
