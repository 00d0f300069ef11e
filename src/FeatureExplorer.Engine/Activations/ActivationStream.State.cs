using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Activations;

/// <summary>
/// The stream's state for checkpoints: not the vectors of the buffer (hundreds of megabytes), but where each came from, so that the model
/// computes them again.
/// </summary>
public sealed unsafe partial class ActivationStream
{
    private const string CursorTensor = "stream.cursor";
    private const string LiveTensor = "stream.live";

    /// <summary>Where the stream stands: its counters, and for each live vector of the buffer, in the order of drawing, where it came from.</summary>
    public IReadOnlyList<NamedTensor> SaveState()
    {
        var live = new long[3 * (_filled - _drawn)];
        for (var i = 0; i < _filled - _drawn; i++)
        {
            var origin = _origins[_slots[_drawn + i]];
            (live[3 * i], live[(3 * i) + 1], live[(3 * i) + 2]) = (origin.Window, origin.Position, origin.Together);
        }

        return
        [
            NamedTensor.Integers(CursorTensor, [Passes, _nextWindow, _refills], 3),
            NamedTensor.Integers(LiveTensor, live, _filled - _drawn, 3),
        ];
    }

    /// <summary>Goes on from <see cref="SaveState"/> with the same options and data: the live vectors are computed again.</summary>
    /// <exception cref="InvalidDataException">The state is of another stream.</exception>
    public void RestoreState(SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var (cursor, live) = (file.ReadIntegers(CursorTensor), file.ReadIntegers(LiveTensor));
        if (cursor.Length != 3 || cursor[1] < 0 || cursor[1] > _windowCount || live.Length / 3 > _capacity)
        {
            throw new InvalidDataException($"{file.FilePath} belongs to another stream of activations: delete it and begin anew.");
        }

        (Passes, _refills) = ((int)cursor[0], cursor[2]);
        if (Passes > 0)
        {
            ShuffleWindows(Passes - 1);
        }

        _nextWindow = (int)cursor[1];
        (_drawn, _filled) = (0, live.Length / 3);
        for (var i = 0; i < _filled; i++)
        {
            var origin = new Origin((int)live[3 * i], (short)live[(3 * i) + 1], (int)live[(3 * i) + 2]);
            if (origin.Window < 0 || origin.Window >= _windowCount || origin.Position < 0 || origin.Position >= _options.Window
                || origin.Together < 1)
            {
                throw new InvalidDataException($"{file.FilePath} belongs to another stream of activations: delete it and begin anew.");
            }

            (_slots[i], _origins[i]) = (i, origin);
        }

        for (var i = _filled; i < _capacity; i++)
        {
            _slots[i] = i;
        }

        ComputeLiveAgain();
    }

    /// <summary>
    /// The vectors of all slots in use, from their origins. Windows run in calls of as many as when they first did (or as fit, where a state was saved with
    /// larger calls), filled up with others where some are gone: a kernel that chose its order of summation by the size of a batch would choose the same again.
    /// </summary>
    private void ComputeLiveAgain()
    {
        foreach (var group in Enumerable.Range(0, _filled).GroupBy(slot => _origins[slot].Together))
        {
            var byWindow = group.ToLookup(slot => _origins[slot].Window);
            var together = Math.Min(group.Key, _options.WindowsPerForward);
            foreach (var call in byWindow.Chunk(together))
            {
                Activate([.. Enumerable.Range(0, together).Select(w => call[w % call.Length].Key)]);
                int[] slots = [.. call.SelectMany(static window => window)];
                int[] rows = [.. call.SelectMany((window, w) => window.Select(slot => (w * _options.Window) + _origins[slot].Position))];
                _vectors.Put(rows, slots);
            }
        }
    }

    /// <summary>Where a vector comes from: window, position in it, and how many windows the model ran at once.</summary>
    private readonly record struct Origin(int Window, short Position, int Together);
}
