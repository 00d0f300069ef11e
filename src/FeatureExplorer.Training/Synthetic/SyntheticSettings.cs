using System.Globalization;
using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Planted;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Training.Synthetic;

/// <summary>A test of recipes against a planted truth: what is planted, and which dictionaries are trained on it.</summary>
public sealed record SyntheticSettings
{
    /// <summary>Name of the report, and the last part of its address.</summary>
    public required string Name { get; init; }

    public PlantedSettings Planted { get; init; } = new();

    /// <summary>Recipes, of <see cref="DictionaryVariants"/>; each is trained at each of its sparsities.</summary>
    public IReadOnlyList<string> Variants { get; init; } = DictionaryVariants.All;

    /// <summary>m of the dictionaries, one of each; empty: as many as are planted.</summary>
    public IReadOnlyList<int> Features { get; init; } = [];

    /// <summary>k of the TopK kinds; empty: the mean number of active planted features.</summary>
    public IReadOnlyList<int> K { get; init; } = [];

    /// <summary>λ of the other kinds; empty: about ten, in search of the one whose L0 is the mean number of active planted features.</summary>
    public IReadOnlyList<float> Lambda { get; init; } = [];

    /// <summary>Vectors to train each dictionary on.</summary>
    public long Samples { get; init; } = 2_000_000;

    /// <summary>Vectors, beyond those of training, to compare them on.</summary>
    public int ComparedVectors { get; init; } = 50_000;

    /// <summary>The dictionaries to train, in the order of the report.</summary>
    [JsonIgnore]
    public IReadOnlyList<SyntheticDictionary> Dictionaries => [.. Variants.SelectMany(variant => (Features.Count > 0 ? Features : [Planted.Features]).SelectMany(features => Of(variant, features)))];

    /// <summary>Everything that does not work, a sentence each.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>(Planted.Problems());
        if (RunChecks.NameProblem(Name, "report") is { } wrong)
        {
            problems.Add(wrong);
        }

        problems.AddRange(Variants.Where(static v => !DictionaryVariants.All.Contains(v)).Select(static v => $"There is no recipe \"{v}\"; there is {string.Join(", ", DictionaryVariants.All)}."));
        if (RunSetting.Find("dictionaries[0].samples") is { } samples && !samples.Takes(Samples))
        {
            problems.Add(samples.Refuse(Samples));
        }

        if (ComparedVectors is < 1000 or > 10_000_000)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"The vectors to compare on are {ComparedVectors}; they must be from 1,000 to 10,000,000."));
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        var dictionaries = Dictionaries;
        if (RunChecks.DictionaryCount(dictionaries.Count) is { } number)
        {
            return [number];
        }

        foreach (var (options, _) in dictionaries)
        {
            try
            {
                options.Validate();
            }
            catch (ArgumentException exception)
            {
                problems.Add(exception.Message);
            }
        }

        return [.. problems.Distinct()];
    }

    private IEnumerable<SyntheticDictionary> Of(string variant, int features)
    {
        var usual = DictionaryOptions.Preset(features, variant) with { Samples = Samples, Seed = Planted.Seed };
        if (RunChoices.FixesK(variant))
        {
            var k = K.Count > 0 ? K : [Math.Clamp((int)Math.Round(Planted.MeanActive), 1, Math.Max(1, features))];
            return k.Select(each => new SyntheticDictionary(usual with { K = each }, SeeksLambda: false));
        }

        return Lambda.Count == 0 ? [new SyntheticDictionary(usual, SeeksLambda: true)]
            : Lambda.Select(each => new SyntheticDictionary(usual with { Lambda = each }, SeeksLambda: false));
    }
}
