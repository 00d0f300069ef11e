namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>Running means between two reports.</summary>
internal sealed class ReportAverages
{
    private double _mse;
    private double _sparsity;
    private double _auxiliary;
    private double _active;
    private int _steps;
    private long _rows;

    public void Add(StepLosses losses, int rows)
    {
        _mse += losses.MeanSquaredError;
        _sparsity += losses.Sparsity;
        _auxiliary += losses.Auxiliary;
        _active += losses.Active;
        _rows += rows;
        _steps++;
    }

    /// <summary>The means since the last report.</summary>
    public DictionaryProgress Take(long step, long steps, float lambda, int dead, int resampled, double rate)
    {
        var progress = new DictionaryProgress(step, steps, _mse / _steps, _sparsity / _steps, lambda, _active / _rows, dead, resampled, rate)
        {
            Auxiliary = _auxiliary / _steps,
        };
        (_mse, _sparsity, _auxiliary, _active, _steps, _rows) = (0, 0, 0, 0, 0, 0);
        return progress;
    }
}
