namespace FeatureExplorer.Engine.Text;

/// <summary>One pass through a corpus: how far it is, and the problems met, of which all are counted and the first ones kept and passed on.</summary>
public sealed class CorpusReading(Action<CorpusProblem>? onProblem = null)
{
    /// <summary>So many problems are kept and passed on; the others are only counted.</summary>
    public const int MostShown = 100;

    private readonly List<CorpusProblem> _shown = [];

    /// <summary>Stops the pass, also within a file.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Bytes of the files (as stored, compressed or not) that have been read.</summary>
    public long BytesRead { get; internal set; }

    /// <summary>Bytes of all files, 0 when not known.</summary>
    public long BytesTotal { get; internal set; }

    public long ProblemCount { get; private set; }

    /// <summary>How many of the problems left text out.</summary>
    public long SkippedCount { get; private set; }

    public IReadOnlyList<CorpusProblem> Shown => _shown;

    public void Report(CorpusProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ProblemCount++;
        SkippedCount += problem.Skipped ? 1 : 0;
        if (_shown.Count < MostShown)
        {
            _shown.Add(problem);
            onProblem?.Invoke(problem);
        }
    }
}
