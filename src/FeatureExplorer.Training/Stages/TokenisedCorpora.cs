using System.Text.Json;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Training.Stages;

/// <summary>Finds what runs have made of a corpus.</summary>
public static class TokenisedCorpora
{
    /// <summary>Summaries of its tokenised forms; files that cannot be read are passed over.</summary>
    public static List<CorpusSummary> Of(CorpusInfo corpus, DataFolder folder)
    {
        var corpora = Path.GetDirectoryName(folder.Corpus("x"))!;
        if (!Directory.Exists(corpora))
        {
            return [];
        }

        var source = string.Join(", ", corpus.Paths.Select(path => Path.GetFullPath(path, folder.Root)));
        return [.. Directory.EnumerateFiles(corpora, "corpus.json", SearchOption.AllDirectories).Select(Read).OfType<CorpusSummary>().Where(s => s.Source == source)];
    }

    private static CorpusSummary? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<CorpusSummary>(File.ReadAllText(file), JsonSerializerOptions.Web);
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            return null;
        }
    }
}
