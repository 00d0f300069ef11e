namespace FeatureExplorer.Web.Training;

/// <summary>Numbers a run's stages and passes their progress on.</summary>
public sealed class StageProgress(int stages, IProgress<RunProgress>? progress)
{
    private int _number;
    private string _stage = string.Empty;

    /// <summary>Begins the next stage.</summary>
    public void Begin(string stage)
    {
        _number++;
        _stage = stage;
        Report(0, string.Empty);
    }

    /// <summary>Reports the share of the current stage that is done.</summary>
    public void Report(double fraction, string detail) =>
        progress?.Report(new RunProgress(_stage, _number, stages, Math.Clamp(fraction, 0, 1), detail));

    /// <summary>Ends the current stage.</summary>
    public void End(string detail) => Report(1, detail);

    /// <summary>For parts that report nothing but a share.</summary>
    public IProgress<double> Fractions() => new Direct<double>(fraction => Report(Math.Min(fraction, 0.999), string.Empty));

    /// <summary>Calls back at once on the reporting thread; <see cref="Progress{T}"/> would use the thread pool and change the order.</summary>
    public sealed class Direct<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
