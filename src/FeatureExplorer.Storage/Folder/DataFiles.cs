using System.Text.Json;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Storage.Folder;

/// <summary>The files of a data folder that numbers come from, and whether they are as they were written.</summary>
public static class DataFiles
{
    private static readonly string[] Folders = ["corpora", "models", "dictionaries", "synthetic"];

    // What only a training reads that goes on, locks, and what is being written.
    private static readonly string[] Passing = [".tmp", ".lock", ".training.safetensors", "optimizer.safetensors", "training.json"];

    /// <summary>Whether a file of the data folder is somebody's work, not a key, a setting or an older database.</summary>
    /// <param name="path">Its path within the folder, with "/".</param>
    public static bool IsOfWork(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Split('/') is [var top, _, ..] && (Folders.Contains(top) || top == "sources");
    }

    /// <summary>Full paths of all of them, in order; those too that are gone while their checksums are there.</summary>
    public static IEnumerable<string> All(DataFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Folders.Select(name => Path.Combine(folder.Root, name)).Where(Directory.Exists)
            .SelectMany(static path => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
            .Select(static file => file.EndsWith(BlockChecksums.Suffix, StringComparison.Ordinal) ? file[..^BlockChecksums.Suffix.Length] : file)
            .Distinct()
            .Where(static file => !Passing.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)) && !BuildFolder.Holds(file))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>What is damaged of what a dictionary's pages are made from, as far as it has been noticed.</summary>
    public static IReadOnlyList<string> Damaged(DataFolder folder, DictionaryDraft dictionary)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(dictionary);
        return DamagedFiles.All.Count == 0
            ? []
            : [
                .. DamagedFiles.Within(folder.Dictionary(dictionary)),
                .. DamagedFiles.Within(folder.Model(dictionary)),
                .. DamagedFiles.Within(folder.Corpus(dictionary.Provenance.CorpusHash)),
            ];
    }

    /// <summary>Writes the checksums of a file that has none, after it has passed every check that its kind allows.</summary>
    /// <exception cref="DamagedFileException">The file is damaged.</exception>
    /// <exception cref="InvalidDataException">The file is not what its name says.</exception>
    public static void Record(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Check(path);
        Checksums.Record(path);
    }

    /// <summary>Makes every check of a file without checksums that its kind allows.</summary>
    /// <exception cref="DamagedFileException">The file is damaged.</exception>
    /// <exception cref="InvalidDataException">The file is not what its name says.</exception>
    public static void Check(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var folder = Path.GetDirectoryName(path)!;
        switch (Path.GetFileName(path))
        {
            case "index.bin":
                ActivationIndex.Open(path).Dispose();
                break;
            case "llr.bin" or "members.bin":
                using (var contexts = ContextSet.Open(folder))
                {
                    contexts.CheckMembers();
                }

                break;
            case "tokenizer.json":
                TokenizerFiles.Load(path);
                break;
            case var name when name.EndsWith(".json", StringComparison.Ordinal):
                CheckJson(path);
                break;
            case var name when name.EndsWith(".safetensors", StringComparison.Ordinal):
                Safetensors.Open(path).Dispose();
                break;
            case var name when name.EndsWith(".tokens", StringComparison.Ordinal) || name.EndsWith(".documents", StringComparison.Ordinal):
                using (var corpus = TokenizedCorpus.Open(folder))
                {
                    corpus.CheckHash();
                }

                break;
        }
    }

    private static void CheckJson(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException exception)
        {
            throw DamagedFiles.Found(path, $"it is not valid JSON: {JsonFault.Of(exception)}", exception);
        }
    }
}
