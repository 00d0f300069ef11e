using System.Diagnostics;
using System.Globalization;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Web.Commands;

/// <summary>
/// Shows a run's progress: one line that is drawn again on a terminal, and otherwise a plain line when a stage begins,
/// every twenty seconds and when it ends. Writes to standard error, so that standard output holds results alone.
/// </summary>
public sealed class ConsoleProgress(TextWriter output, bool terminal) : IProgress<RunProgress>
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromMilliseconds(200);
    private const int BarWidth = 24;

    private readonly Lock _gate = new();
    private string? _stage;
    private long _stageStart;
    private long _lastShown;
    private bool _ended = true;

    /// <summary>For standard error of this process.</summary>
    public static ConsoleProgress ForStandardError() => new(Console.Error, !Console.IsErrorRedirected);

    public void Report(RunProgress value)
    {
        lock (_gate)
        {
            var begins = value.Stage != _stage;
            if (begins)
            {
                End();
                _stage = value.Stage;
                _stageStart = Stopwatch.GetTimestamp();
                _ended = false;
            }

            var ends = value.Fraction >= 1 && !_ended;
            var due = Stopwatch.GetElapsedTime(_lastShown) >= (terminal ? TerminalInterval : PlainInterval);
            if (begins || due || ends)
            {
                _lastShown = Stopwatch.GetTimestamp();
                Show(value, ends);
            }
        }
    }

    private void Show(RunProgress value, bool ends)
    {
        var elapsed = Stopwatch.GetElapsedTime(_stageStart);
        var percent = (value.Fraction * 100).ToString("0", CultureInfo.InvariantCulture).PadLeft(3);
        var time = ends ? $"{Clock(elapsed)}" : Left(elapsed, value.Fraction);
        var text = $"[{value.StageNumber}/{value.Stages}] {value.Stage} {percent} %  {value.Detail}  {time}".TrimEnd();
        if (!terminal)
        {
            output.WriteLine(text);
        }
        else
        {
            var filled = (int)(value.Fraction * BarWidth);
            var bar = new string('█', filled) + new string('░', BarWidth - filled);
            output.Write($"\r\x1b[K[{value.StageNumber}/{value.Stages}] {value.Stage} {bar} {percent} %  {value.Detail}  {time}{(ends ? "\n" : string.Empty)}");
        }

        _ended |= ends;
    }

    private void End()
    {
        if (!_ended && terminal)
        {
            output.WriteLine();
        }

        _ended = true;
    }

    private static string Left(TimeSpan elapsed, double fraction) =>
        fraction < 0.02 || elapsed.TotalSeconds < 1 ? string.Empty : $"{Clock(elapsed * ((1 - fraction) / fraction))} left";

    private static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)
        : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);
}
