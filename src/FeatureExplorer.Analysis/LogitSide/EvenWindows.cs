using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>Windows of the model's context spread evenly over held-out tokens, the same that dictionaries' metrics are measured on.</summary>
internal sealed class EvenWindows
{
    private readonly TokenStore _heldOut;
    private readonly int _window;
    private readonly long _all;
    private readonly long _windows;

    /// <param name="heldOut">The tokens.</param>
    /// <param name="window">Tokens of a window.</param>
    /// <param name="maxTokens">Most tokens; whole windows are used, at least one.</param>
    /// <exception cref="ArgumentException">The split is shorter than a window.</exception>
    public EvenWindows(TokenStore heldOut, int window, long maxTokens)
    {
        (_heldOut, _window, _all) = (heldOut, window, (heldOut.Count - 1) / window);
        if (_all < 1)
        {
            throw new ArgumentException($"The held-out split has {Wording.Counted(heldOut.Count, "token")}; a window of {window} and the token after it are needed.", nameof(heldOut));
        }

        _windows = Math.Clamp(maxTokens / window, 1, _all);
    }

    /// <summary>Tokens of all windows.</summary>
    public long Tokens => _windows * _window;

    /// <summary>Goes through them, some at a time.</summary>
    /// <param name="most">Most windows at a time.</param>
    /// <param name="visit">Receives the tokens and where each window begins.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellation">Checked before each visit.</param>
    public void ForEach(int most, Action<int[], long[]> visit, IProgress<double>? progress, CancellationToken cancellation)
    {
        for (var first = 0L; first < _windows; first += most)
        {
            cancellation.ThrowIfCancellationRequested();
            long[] starts = [.. Enumerable.Range(0, (int)Math.Min(most, _windows - first)).Select(w => (first + w) * _all / _windows * _window)];
            visit([.. starts.SelectMany(start => _heldOut.Read(start, _window).ToArray())], starts);
            progress?.Report((double)(first + starts.Length) / _windows);
        }
    }
}
