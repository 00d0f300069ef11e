using System.CommandLine;
using FeatureExplorer.Engine.Dictionaries.Planted;

namespace FeatureExplorer.Web.Commands;

/// <summary>The options of <c>run --synthetic</c>: what is planted.</summary>
internal sealed class SyntheticOptions
{
    private static readonly PlantedSettings Usual = new();

    private readonly Option<string?> _name = new("--synthetic")
    {
        Description = "Instead of a model: plant a dictionary, train recipes on its activations, and report under this name what they find of it.",
        HelpName = "NAME",
    };

    private readonly Option<int?> _planted = NumberOption.Of<int>("--planted", $"With --synthetic: planted features. Default: {Usual.Features}.");
    private readonly Option<int?> _inputs = NumberOption.Of<int>("--inputs", $"With --synthetic: width of a vector, n. Default: {Usual.Inputs}.");
    private readonly Option<double?> _active = NumberOption.Of<double>("--active", $"With --synthetic: mean number of planted features in a vector. Default: {Usual.MeanActive}.");
    private readonly Option<double?> _zipf = NumberOption.Of<double>("--zipf", "With --synthetic: exponent of the frequencies by rank; 0 makes all alike. Default: 0.5.");
    private readonly Option<double?> _correlation = NumberOption.Of<double>("--correlation", "With --synthetic: probability that a feature fires as its group does. Default: 0.");
    private readonly Option<int?> _group = NumberOption.Of<int>("--group", $"With --synthetic: features of a group. Default: {Usual.GroupSize}.");
    private readonly Option<double?> _noise = NumberOption.Of<double>("--noise", "With --synthetic: standard deviation of the noise, as a share of the signal's. Default: 0.05.");

    private Option[] OfPlanted => [_planted, _inputs, _active, _zipf, _correlation, _group, _noise];

    public void AddTo(Command command)
    {
        foreach (var option in OfPlanted.Prepend(_name))
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Name of the report, or null when a model is to be trained.</summary>
    /// <param name="result">What was typed.</param>
    /// <param name="ofModels">Options that mean nothing here.</param>
    /// <exception cref="ArgumentException">Options of one kind of run are given for the other.</exception>
    public string? Name(ParseResult result, IEnumerable<Option> ofModels)
    {
        var name = result.GetValue(_name);
        var useless = (name is null ? OfPlanted : ofModels).Where(option => result.GetResult(option) is { Implicit: false }).Select(static option => option.Name).ToList();
        if (useless.Count > 0)
        {
            throw new ArgumentException(name is null
                ? $"{string.Join(", ", useless)}: for planted activations only; add --synthetic NAME, or leave it out."
                : $"{string.Join(", ", useless)}: has no meaning with --synthetic, which trains on planted activations; leave it out.");
        }

        return name;
    }

    /// <summary>What is planted.</summary>
    public PlantedSettings Planted(ParseResult result, ulong? seed) => new()
    {
        Features = result.GetValue(_planted) ?? Usual.Features,
        Inputs = result.GetValue(_inputs) ?? Usual.Inputs,
        MeanActive = result.GetValue(_active) ?? Usual.MeanActive,
        Zipf = result.GetValue(_zipf) ?? Usual.Zipf,
        Correlation = result.GetValue(_correlation) ?? Usual.Correlation,
        GroupSize = result.GetValue(_group) ?? Usual.GroupSize,
        Noise = result.GetValue(_noise) ?? Usual.Noise,
        Seed = seed ?? Usual.Seed,
    };
}
