using FeatureExplorer.Engine.Dictionaries.Imports.Formats;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>
/// Reads dictionaries of other tools, transcoders among them: SAELens, dictionary_learning, sparsify, OpenAI's, Gemma Scope 1 and 2, Llama Scope, OpenMOSS, Goodfire's, those that go with
/// GELU-1L, those of ai-safety-foundation, and circuit-tracer's transcoders. What a folder or file holds decides which it is. Nothing in a file is run.
/// </summary>
public static class DictionaryImport
{
    private const int Deepest = 4;
    private const int MostFolders = 20_000;
    private const int TensorsShown = 12;

    // Those that a configuration of their own names come first; what is told by tensors alone, last.
    private static readonly IDictionaryFormat[] Formats =
    [
        new SaeLensFormat(), new SparsifyFormat(), new LlamaScopeFormat(), new OpenMossFormat(), new LlamaScopeR1Format(), new GemmaScope2Format(), new GemmaScopeFormat(), new NeelFormat(),
        new GoodfireFormat(), new OpenAiFormat(), new AiSafetyFormat(), new LayerTranscoderFormat(), new DictionaryLearningFormat(),
    ];

    /// <summary>The layouts that are read.</summary>
    public static IReadOnlyList<string> FormatNames { get; } = [.. Formats.Select(static format => format.Name)];

    /// <summary>The place that another tool's name stands for; null where there is none like it here, or no name.</summary>
    /// <param name="hook">As its files call it.</param>
    public static Site? SiteOf(string? hook) => ForeignSites.Of(hook);

    /// <summary>Reads one dictionary.</summary>
    /// <param name="path">Its folder, or its file of weights.</param>
    /// <param name="options">What the files do not say; null for the defaults.</param>
    /// <exception cref="InvalidDataException">It is damaged, of no known layout, or of a kind that is not supported; the message names the file, the value and a remedy.</exception>
    /// <exception cref="IOException">There is no such file or folder, or it cannot be read.</exception>
    public static ImportedDictionary Read(string path, DictionaryImportOptions? options = null)
    {
        options ??= new DictionaryImportOptions();
        using var source = ForeignSource.Open(path);
        foreach (var format in Formats)
        {
            if (format.Read(source, options) is { } weights)
            {
                return Imported(weights, source, options);
            }
        }

        throw new InvalidDataException(
            $"{source.Weights.FilePath} is no dictionary of a known layout ({string.Join(", ", FormatNames)}). It has the tensors {Shown(source)}. Put the configuration that belongs to it beside it, under the name that its tool gave it.");
    }

    /// <summary>The dictionaries in a folder and those below it, at most four deep: a checkpoint of several runs, a sweep, a release. The folder alone where it is one itself.</summary>
    /// <param name="path">A folder, or a file of weights.</param>
    /// <param name="passedOver">Receives folders that hold an activation index of ours and no weights: those of neurons.</param>
    /// <exception cref="IOException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">There is no dictionary in it.</exception>
    public static IReadOnlyList<string> Find(string path, Action<string>? passedOver = null)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no file or folder {path}: name the folder of a dictionary, or its file of weights.");
        }

        var (found, left) = (new List<string>(), MostFolders);
        Collect(path, 0, found, passedOver, ref left);
        return found.Count > 0
            ? found
            : throw new InvalidDataException($"{path} holds no dictionary, nor does a folder up to four below it: name the folder that has its file of weights.");
    }

    private static void Collect(string folder, int depth, List<string> found, Action<string>? passedOver, ref int left)
    {
        if (ForeignSource.Candidate(folder) is not null)
        {
            found.Add(folder);
            return;
        }

        if (ForeignSource.HasIndex(folder))
        {
            passedOver?.Invoke(folder);
            return;
        }

        if (depth == Deepest)
        {
            return;
        }

        foreach (var below in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            // Beside the finished dictionary, its states on the way.
            if (left-- <= 0 || new DirectoryInfo(below).LinkTarget is not null)
            {
                continue;
            }

            Collect(below, depth + 1, found, passedOver, ref left);
        }
    }

    private static ImportedDictionary Imported(ForeignWeights weights, ForeignSource source, DictionaryImportOptions options)
    {
        if (weights.Transcoder is null && weights.OutputHook is { } output && weights.Hook is { } input && output != input)
        {
            throw ForeignTensors.OtherTranscoder(source.Weights.FilePath, $"it reads {input} and writes {output}");
        }

        var dictionary = ForeignAssembly.Assemble(weights, source, options);
        dictionary.Site = ForeignSites.Of(weights.Hook);
        dictionary.OutputSite = weights.Transcoder is null ? dictionary.Site : ForeignSites.Of(weights.OutputHook);
        var writes = weights.Transcoder is null ? null : weights.OutputHook;
        return new ImportedDictionary
        {
            Dictionary = dictionary,
            Format = weights.Format,
            Architecture = weights.Architecture,
            WeightsFile = source.Weights.FilePath,
            WeightsHash = ForeignAssembly.Hash(source.Weights.FilePath),
            Hook = weights.Hook,
            Site = dictionary.Site,
            OutputHook = writes,
            OutputSite = writes is null ? null : dictionary.OutputSite,
            ModelName = weights.ModelName,
            L0 = weights.L0,
            L0Source = weights.L0Source,
            PrependsBos = weights.PrependsBos,
            ContextSize = weights.ContextSize,
            Scale = weights.Scale,
            SignedLatents = weights.Signed ? weights.Features : null,
            Notes = source.Notes,
        };
    }

    private static string Shown(ForeignSource source) =>
        string.Join(", ", source.Weights.Tensors.Take(TensorsShown).Select(static tensor => $"{tensor.Name} {tensor.ShapeText}")) + (source.Weights.Tensors.Count > TensorsShown ? ", ..." : string.Empty);
}
