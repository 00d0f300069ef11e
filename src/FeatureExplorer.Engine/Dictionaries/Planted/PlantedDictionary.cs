using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Planted;

/// <summary>
/// The truth behind synthetic activations: directions, how often each is active, and every vector as a function of its number. A feature is
/// active where a uniform draw lies below its probability; in a group, the draw is the group's own with the probability of
/// <see cref="PlantedSettings.Correlation"/>, which makes its features fire together and leaves each one's density as it is. An active feature's
/// activation is uniform in [0.5, 1.5).
/// </summary>
public sealed class PlantedDictionary
{
    // No feature is active in more than every other vector, however steep the frequencies are.
    private const double LargestProbability = 0.5;

    private readonly float[] _directions;
    private readonly double[] _probabilities;
    private readonly CounterRandom _own;
    private readonly CounterRandom _follows;
    private readonly CounterRandom _groups;
    private readonly CounterRandom _sizes;
    private readonly CounterRandom _noise;
    private readonly float _deviation;

    /// <exception cref="ArgumentException">A setting does not work.</exception>
    public PlantedDictionary(PlantedSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(" ", problems));
        }

        Settings = settings;
        var random = new CounterRandom(settings.Seed).Stream("planted");
        (_own, _follows, _groups) = (random.Stream("own"), random.Stream("follows"), random.Stream("groups"));
        (_sizes, _noise) = (random.Stream("sizes"), random.Stream("noise"));
        _directions = MakeDirections(settings, random.Stream("directions"));
        _probabilities = MakeProbabilities(settings);

        // Directions are as good as orthogonal on average, so that the signal's mean square is Σ p E[a²], with E[a²] = 13/12.
        var meanSquare = _probabilities.Sum() * 13 / 12 / settings.Inputs;
        _deviation = (float)(settings.Noise * Math.Sqrt(meanSquare));
    }

    public PlantedSettings Settings { get; }

    /// <summary>g_i, a vector of n floats of norm 1.</summary>
    public ReadOnlySpan<float> Direction(int feature) => _directions.AsSpan(feature * Settings.Inputs, Settings.Inputs);

    /// <summary>Share of the vectors in which a feature is active.</summary>
    public double Probability(int feature) => _probabilities[feature];

    /// <summary>
    /// Writes vector number <paramref name="number"/> to <paramref name="x"/> [n], and the features' activations to <paramref name="activations"/>
    /// [features] where that is not empty.
    /// </summary>
    public void Vector(long number, Span<float> x, Span<float> activations = default)
    {
        var (features, groups) = (Settings.Features, (Settings.Features / Settings.GroupSize) + 1);
        var (first, firstGroup) = ((ulong)number * (ulong)features, (ulong)number * (ulong)groups);
        x.Clear();
        activations.Clear();
        for (var i = 0; i < features; i++)
        {
            var follows = Settings.Correlation > 0 && _follows.UniformDouble(first + (ulong)i) < Settings.Correlation;
            var draw = follows ? _groups.UniformDouble(firstGroup + (ulong)(i / Settings.GroupSize)) : _own.UniformDouble(first + (ulong)i);
            if (draw >= _probabilities[i])
            {
                continue;
            }

            var a = 0.5f + _sizes.Uniform(first + (ulong)i);
            TensorPrimitives.MultiplyAdd(Direction(i), a, x, x);
            if (!activations.IsEmpty)
            {
                activations[i] = a;
            }
        }

        AddNoise(number, x);
    }

    private void AddNoise(long number, Span<float> x)
    {
        if (_deviation == 0)
        {
            return;
        }

        for (var c = 0; c < x.Length; c++)
        {
            x[c] += _deviation * _noise.Normal(((ulong)number * (ulong)x.Length) + (ulong)c);
        }
    }

    private static float[] MakeDirections(PlantedSettings settings, CounterRandom random)
    {
        var directions = new float[checked(settings.Features * settings.Inputs)];
        for (var i = 0; i < directions.Length; i++)
        {
            directions[i] = random.Normal((ulong)i);
        }

        for (var i = 0; i < settings.Features; i++)
        {
            var direction = directions.AsSpan(i * settings.Inputs, settings.Inputs);
            TensorPrimitives.Divide(direction, TensorPrimitives.Norm<float>(direction), direction);
        }

        return directions;
    }

    /// <summary>c · r^−s, at most <see cref="LargestProbability"/>, with c such that they add up to the mean number of active features.</summary>
    private static double[] MakeProbabilities(PlantedSettings settings)
    {
        var weights = Enumerable.Range(1, settings.Features).Select(rank => Math.Pow(rank, -settings.Zipf)).ToArray();
        var (low, high) = (0.0, settings.MeanActive / weights[^1]);
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = weights.Sum(w => Math.Min(LargestProbability, middle * w)) < settings.MeanActive ? (middle, high) : (low, middle);
        }

        return [.. weights.Select(w => Math.Min(LargestProbability, high * w))];
    }
}
