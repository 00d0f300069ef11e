using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Imports;

/// <summary>
/// The features of the paper's browser in a file or a folder: a first pass reads and checks every file and numbers the tokens,
/// <see cref="Reports"/> reads the good ones again, so that memory holds one feature at a time.
/// </summary>
public sealed class PublishedFeatures
{
    /// <summary>Most files that one import reads: as many features as the largest dictionary of the paper has.</summary>
    public const int MostFiles = 131_072;

    /// <summary>Tokens behind the paper's densities: a subset of the training data.</summary>
    public const long Tokens = 100_000_000;

    /// <summary>Below this density the paper calls a feature ultralow.</summary>
    public const double UltralowDensity = 1e-6;

    private readonly SortedDictionary<int, string> _files = [];
    private readonly List<ImportProblem> _problems = [];

    private PublishedFeatures()
    {
    }

    /// <summary>Number of features.</summary>
    public int Count => _files.Count;

    /// <summary>Sum of the densities.</summary>
    public double Density { get; private set; }

    /// <summary>The files that were passed over.</summary>
    public IReadOnlyList<ImportProblem> Problems => _problems;

    public PublishedVocabulary Vocabulary { get; } = new();

    /// <summary>Reads and checks all files; the paper's have the names N.json or N.json.gz.</summary>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    public static PublishedFeatures Read(string path, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var files = Files(path);
        var features = new PublishedFeatures();
        for (var i = 0; i < files.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            features.Add(files[i]);
            progress?.Report((i + 1.0) / files.Count);
        }

        return features;
    }

    /// <summary>One report per feature by rising index.</summary>
    public IEnumerable<FeatureReport> Reports() => _files.Values.Select(file => PublishedReport.Of(PublishedFeatureFile.Read(file), Vocabulary));

    private static List<string> Files(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no file or folder {path}.", path);
        }

        return [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
    }

    private void Add(string file)
    {
        var known = Vocabulary.Tokens.Count;
        try
        {
            var feature = Read(file);
            _ = PublishedReport.Of(feature, Vocabulary);
            _files.Add(feature.Index, file);
            Density += feature.Statistics.Density;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Vocabulary.Truncate(known);
            _problems.Add(new ImportProblem(file, e.Message));
        }
    }

    private PublishedFeature Read(string file)
    {
        if (!PublishedFeatureFile.HasName(file))
        {
            throw new InvalidDataException("Its name ends neither with .json nor with .json.gz.");
        }

        if (_files.Count == MostFiles)
        {
            throw new InvalidDataException($"{MostFiles:N0} features have been read; an import takes no more.");
        }

        var feature = PublishedFeatureFile.Read(file);
        return _files.TryGetValue(feature.Index, out var other)
            ? throw new InvalidDataException($"Feature {feature.Index} has been read already, from {other}.")
            : feature;
    }
}
