using System.Globalization;

namespace FeatureExplorer.Engine.Dictionaries.Planted;

/// <summary>How synthetic activations come about: x = Σ_i a_i g_i + noise, with known directions g_i of norm 1.</summary>
public sealed record PlantedSettings
{
    /// <summary>Number of planted features.</summary>
    public int Features { get; init; } = 512;

    /// <summary>n: width of a vector. Fewer than features, so that directions are in superposition.</summary>
    public int Inputs { get; init; } = 128;

    /// <summary>Mean number of planted features that are active in a vector.</summary>
    public double MeanActive { get; init; } = 8;

    /// <summary>s: the feature of rank r is active with a probability proportional to r^−s. 0: all alike.</summary>
    public double Zipf { get; init; } = 0.5;

    /// <summary>Probability that a feature follows the draw of its group instead of its own, so that the group's features fire together. 0: independent.</summary>
    public double Correlation { get; init; }

    /// <summary>Features of a group, by rank.</summary>
    public int GroupSize { get; init; } = 8;

    /// <summary>Standard deviation of the noise in each coordinate, as a share of the root mean square of the signal's coordinates.</summary>
    public double Noise { get; init; } = 0.05;

    /// <summary>Same seed: same directions and vectors.</summary>
    public ulong Seed { get; init; }

    /// <summary>Every value that does not work, by setting; empty when all do.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Demand(Features is >= 2 and <= 1 << 16, "number of planted features (--planted)", Features, "from 2 to 65,536");
        Demand(Inputs is >= 2 and <= 1 << 14, "width of a vector (--inputs)", Inputs, "from 2 to 16,384");
        Demand(MeanActive > 0 && MeanActive <= Features / 4.0, "mean number of active features (--active)", MeanActive, "above 0 and at most a quarter of the planted features");
        Demand(Zipf is >= 0 and <= 3, "Zipf exponent (--zipf)", Zipf, "from 0 to 3");
        Demand(Correlation is >= 0 and <= 1, "correlation (--correlation)", Correlation, "from 0 to 1");
        Demand(Correlation == 0 || (GroupSize >= 2 && GroupSize <= Features), "size of a group (--group)", GroupSize, "from 2 to the number of planted features");
        Demand(Noise is >= 0 and <= 10, "noise (--noise)", Noise, "from 0 to 10");
        return problems;

        void Demand(bool holds, string what, double value, string range)
        {
            if (!holds)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"The {what} is {value}; it must be {range}."));
            }
        }
    }
}
