using System.Globalization;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Analysis.Formation;

/// <summary>
/// How the features of a dictionary came to be: what each was at some steps of the training. One safetensors file: "density", "max", "score",
/// "context" (index into the names, −1 for none), "cosine" (with the latest direction) and "turn" (with the direction at the step before), each [steps, m].
/// </summary>
public sealed class FormationHistory
{
    /// <summary>A feature has moved when the cosine of its direction with that at the step before is less.</summary>
    public const float MovedBelow = 0.8f;

    private const string StepsKey = "steps";
    private const string ContextsKey = "contexts";
    private static readonly string[] Names = ["density", "max", "score", "context", "cosine", "turn"];

    private readonly List<float[]>[] _values = [[], [], [], [], [], []];
    private readonly List<long> _steps = [];
    private readonly List<string> _contexts = [];

    /// <param name="features">m.</param>
    public FormationHistory(int features) => Features = features;

    public int Features { get; }

    /// <summary>The steps that are kept, ascending.</summary>
    public IReadOnlyList<long> Steps => _steps;

    /// <summary>Reads what <see cref="Save"/> has written.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or another kind of file.</exception>
    public static FormationHistory Open(string path)
    {
        using var file = Safetensors.Open(path);
        try
        {
            var steps = JsonSerializer.Deserialize<long[]>(file.Metadata[StepsKey])!;
            var history = new FormationHistory((int)file.Info(Names[0]).Shape[1]);
            history._steps.AddRange(steps);
            history._contexts.AddRange(JsonSerializer.Deserialize<string[]>(file.Metadata[ContextsKey])!);
            for (var i = 0; i < Names.Length; i++)
            {
                history._values[i].AddRange(file.ReadArray(Names[i], finite: false).Chunk(history.Features));
            }

            return history._values.All(v => v.Count == steps.Length) ? history : throw new InvalidDataException($"{path} has fewer steps than it says.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{path} does not hold the history of a dictionary: {JsonFault.Of(exception)}", exception);
        }
    }

    /// <summary>Writes it, atomically.</summary>
    public void Save(string path)
    {
        var tensors = Names.Select((name, i) => new NamedTensor(name, [.. _values[i].SelectMany(row => row)], _steps.Count, Features)).ToList();
        Safetensors.Write(path, tensors, new Dictionary<string, string>
        {
            [StepsKey] = JsonSerializer.Serialize(_steps),
            [ContextsKey] = JsonSerializer.Serialize(_contexts),
        });
    }

    /// <summary>Adds what the features are at a step; what was kept of the same and of later steps is forgotten.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="features">By index: density, largest activation, best context or null, its score.</param>
    /// <param name="turn">By index: cosine with the direction at the step before; empty at the first.</param>
    public void Add(long step, IReadOnlyList<(double Density, float Max, string? Context, double Score)> features, IReadOnlyList<float> turn)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.Count, Features);
        Forget(step);
        _steps.Add(step);
        _values[0].Add([.. features.Select(f => (float)f.Density)]);
        _values[1].Add([.. features.Select(f => f.Max)]);
        _values[2].Add([.. features.Select(f => (float)f.Score)]);
        _values[3].Add([.. features.Select(f => (float)Number(f.Context))]);
        _values[4].Add([.. Enumerable.Repeat(1f, Features)]);
        _values[5].Add(turn.Count == Features ? [.. turn] : [.. Enumerable.Repeat(1f, Features)]);
    }

    /// <summary>Forgets a step and all later ones.</summary>
    public void Forget(long from)
    {
        while (_steps.Count > 0 && _steps[^1] >= from)
        {
            Remove(_steps.Count - 1);
        }
    }

    /// <summary>Leaves every second step out, but for the last; true when anything was.</summary>
    /// <param name="most">Steps that may be kept.</param>
    public IReadOnlyList<long> Thin(int most)
    {
        if (_steps.Count <= most)
        {
            return [];
        }

        var gone = _steps.Where((_, i) => i % 2 == 1 && i < _steps.Count - 1).ToList();
        gone.ForEach(step => Remove(_steps.IndexOf(step)));
        return gone;
    }

    /// <summary>Sets how close the directions at a step are to the latest ones.</summary>
    public void SetCosines(long step, IReadOnlyList<float> cosines) => _values[4][_steps.IndexOf(step)] = [.. cosines];

    /// <summary>One feature at every step that is kept.</summary>
    public IReadOnlyList<FormationMoment> Of(int feature) =>
    [
        .. _steps.Select((step, s) => new FormationMoment(
            step, _values[0][s][feature], _values[1][s][feature], _values[3][s][feature] >= 0 ? _contexts[(int)_values[3][s][feature]] : null,
            _values[2][s][feature], _values[4][s][feature])),
    ];

    /// <summary>What happened between the last two steps, or null when there are fewer.</summary>
    public FormationChange? LastChange()
    {
        if (_steps.Count < 2)
        {
            return null;
        }

        var (before, now, turn) = (_values[0][^2], _values[0][^1], _values[5][^1]);
        var all = Enumerable.Range(0, Features);
        return new FormationChange(
            _steps[^2], _steps[^1], [.. all.Where(f => before[f] == 0 && now[f] > 0)], [.. all.Where(f => before[f] > 0 && now[f] == 0)],
            [.. all.Where(f => before[f] > 0 && now[f] > 0 && turn[f] < MovedBelow)]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Wording.Counted(Features, "feature")} at {Wording.Counted(_steps.Count, "step")}");

    private int Number(string? context)
    {
        if (context is null)
        {
            return -1;
        }

        var known = _contexts.IndexOf(context);
        if (known < 0)
        {
            known = _contexts.Count;
            _contexts.Add(context);
        }

        return known;
    }

    private void Remove(int place)
    {
        _steps.RemoveAt(place);
        Array.ForEach(_values, rows => rows.RemoveAt(place));
    }
}
