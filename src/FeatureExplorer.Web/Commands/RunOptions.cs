using System.CommandLine;
using System.Globalization;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Web.Commands;

/// <summary>The options of <c>run</c>: a preset or a file with settings, and the common settings by themselves, which go before both.</summary>
internal sealed class RunOptions
{
    private readonly Option<string[]> _corpus = new("--corpus")
    {
        Description = "Files and folders: text, source code, .jsonl, .jsonl.gz; corpus:NAME for one that was added. Without it, the demo corpus.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "PATH",
    };

    private readonly Option<string?> _preset = new("--preset")
    {
        Description = "Sizes: demo (minutes) or standard (A/0 with 512 and A/1 with 4,096 features). Default: demo.",
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description = "A file with settings as JSON, as a run's page shows them; it need only say what differs from its \"preset\".",
        HelpName = "FILE",
    };

    private readonly Option<string?> _keep = new("--keep") { Description = "Keep a share of a domain's documents: arabic=0.1,dna=0.05", HelpName = "DOMAIN=SHARE,..." };
    private readonly Option<ulong?> _seed = NumberOption.Of<ulong>("--seed", "Same seed, corpus and settings: same bits.");
    private readonly Option<string?> _model = new("--model") { Description = "Name of the model. Default: A." };
    private readonly Option<long?> _tokens = NumberOption.Of<long>("--tokens", "Tokens to train the transformer on.");
    private readonly Option<int?> _layers = NumberOption.Of<int>("--layers", "Layers of the transformer.");
    private readonly Option<string?> _features = new("--features") { Description = "Features of the dictionary; a list makes one of each size.", HelpName = "M,..." };
    private readonly Option<string?> _lambda = new("--lambda") { Description = "Weight of the sparsity penalty; a list makes a dictionary of each.", HelpName = "L,..." };
    private readonly Option<string?> _k = new("--k") { Description = "Active features per token, for recipes that fix it; a list makes a dictionary of each.", HelpName = "K,..." };
    private readonly Option<string?> _variant = new("--variant") { Description = "Recipe of the dictionary: " + Names(RunChoices.Variants) + "." };
    private readonly Option<string?> _site = new("--site") { Description = "Where activations are read: " + Names(RunChoices.Sites) + "." };
    private readonly Option<int?> _layer = NumberOption.Of<int>("--layer", "Layer of the site, from 0.");
    private readonly Option<long?> _samples = NumberOption.Of<long>("--samples", "Activation vectors to train a dictionary on.");

    private readonly Option<bool> _replace = new("--replace")
    {
        Description = "Let this run's model and dictionaries take the place of finished ones of the same names, once they are complete. Labels stay.",
    };

    public void AddTo(Command command)
    {
        _preset.AcceptOnlyFromAmong([.. RunPreset.All.Select(p => p.Preset)]);
        Option[] all = [_corpus, _preset, _config, _keep, _seed, _model, _tokens, _layers, _features, _lambda, _k, _variant, _site, _layer, _samples, _replace];
        foreach (var option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What the command line asks for.</summary>
    /// <exception cref="ArgumentException">A value is no number, or the file is no configuration.</exception>
    public RunConfiguration Configuration(ParseResult result)
    {
        var start = Start(result);
        var transformer = start.Transformer with
        {
            Tokens = result.GetValue(_tokens) ?? start.Transformer.Tokens,
            Layers = result.GetValue(_layers) ?? start.Transformer.Layers,
        };
        return start with
        {
            Corpus = result.GetValue(_corpus) is { Length: > 0 } corpus ? corpus : start.Corpus,
            Keep = result.GetValue(_keep) ?? start.Keep,
            Seed = result.GetValue(_seed) ?? start.Seed,
            Model = result.GetValue(_model) ?? start.Model,
            Replace = result.GetValue(_replace) || start.Replace,
            Transformer = transformer,
            Dictionaries = Dictionaries(result, start.Dictionaries),
        };
    }

    private RunConfiguration Start(ParseResult result)
    {
        if (result.GetValue(_config) is not { } file)
        {
            return RunPreset.Find(result.GetValue(_preset) ?? RunPreset.Demo.Preset);
        }

        var text = File.Exists(file) ? File.ReadAllText(file) : throw new ArgumentException($"There is no file {file} with a configuration.");
        try
        {
            return RunConfigurationJson.Read(text, result.GetValue(_preset));
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"{file}: {exception.Message}", exception);
        }
    }

    /// <summary>The preset's or the file's; where the command line describes one, that or that sweep in their place.</summary>
    private IReadOnlyList<DictionarySettings> Dictionaries(ParseResult result, IReadOnlyList<DictionarySettings> start)
    {
        var wrong = new List<string>();
        var features = List<int>(_features, result, wrong);
        var lambda = List<float>(_lambda, result, wrong);
        var k = List<int>(_k, result, wrong);
        if (wrong.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", wrong));
        }

        var (variant, site) = (result.GetValue(_variant), result.GetValue(_site));
        var (layer, samples) = (result.GetValue(_layer), result.GetValue(_samples));
        if (features.Count == 0 && lambda.Count == 0 && k.Count == 0 && variant is null && site is null && layer is null && samples is null)
        {
            return start;
        }

        var like = start[^1];
        var sweep = new SweepSettings
        {
            Variant = variant ?? like.Variant,
            Site = site ?? like.Site,
            Layer = layer ?? like.Layer,
            Features = features.Count > 0 ? features : [.. start.Select(d => d.Features)],
            Lambda = lambda,
            K = k.Count > 0 ? k : like.K is { } one && RunChoices.FixesK(variant ?? like.Variant) ? [one] : [],
            Samples = samples,
        };
        var problems = sweep.Problems().Select(p => $"--{p.Field}: {p.Message}").ToList();
        return problems.Count == 0 ? sweep.Expand([], first: 1) : throw new ArgumentException(string.Join(" ", problems));
    }

    private static List<T> List<T>(Option<string?> option, ParseResult result, List<string> wrong)
        where T : struct, ISpanParsable<T>
    {
        var words = (result.GetValue(option) ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var values = words.Select(static word => (Word: word, Value: T.TryParse(word, CultureInfo.InvariantCulture, out var value) ? value : (T?)null)).ToList();
        wrong.AddRange(values.Where(static each => each.Value is null).Select(each =>
            $"{option.Name}: \"{each.Word}\" is {(decimal.TryParse(each.Word, CultureInfo.InvariantCulture, out _) ? $"not {NumberOption.Kind<T>()}" : "no number")}; give one, or several separated by commas."));
        return [.. values.Select(static each => each.Value).OfType<T>()];
    }

    private static string Names(IReadOnlyList<RunChoices.Choice> choices) => string.Join(", ", choices.Select(choice => choice.Name));
}
