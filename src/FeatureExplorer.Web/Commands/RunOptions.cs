using System.CommandLine;
using System.Globalization;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Synthetic;

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
    private readonly Option<ulong?> _seed = NumberOption.Of<ulong>("--seed", "Same seed, corpus and settings: same bits on the same kind of processor.");
    private readonly Option<string?> _model = new("--model") { Description = "Name of the model. Default: A, or the model of the dictionary that --from names." };
    private readonly Option<long?> _tokens = NumberOption.Of<long>("--tokens", "Tokens to train the transformer on.");
    private readonly Option<string?> _architecture = new("--architecture") { Description = "Train the model as another family is: gpt2 (GELU, tied unembedding) or llama (RMSNorm, rotary positions, gated SiLU). Without it, the paper's.", HelpName = "gpt2|llama" };
    private readonly Option<int?> _layers = NumberOption.Of<int>("--layers", "Layers of the transformer.");
    private readonly Option<string?> _features = new("--features") { Description = "Features of the dictionary; a list makes one of each size.", HelpName = "M,..." };
    private readonly Option<string?> _lambda = new("--lambda") { Description = "Weight of the sparsity penalty; a list makes a dictionary of each.", HelpName = "L,..." };
    private readonly Option<string?> _k = new("--k") { Description = "Active features per token, for recipes that fix it; a list makes a dictionary of each.", HelpName = "K,..." };
    private readonly Option<string?> _variant = new("--variant") { Description = "Recipe of the dictionary: " + Names(RunChoices.Variants) + "." };
    private readonly Option<string?> _site = new("--site") { Description = "Where activations are read: " + Names(RunChoices.Sites) + ", also with the layer, as in resid.post.8; a list makes a dictionary of each, at equal L0 with a recipe that fixes k.", HelpName = "SITE,..." };
    private readonly Option<int?> _layer = NumberOption.Of<int>("--layer", "Layer of the site, from 0. Default: 0; with an imported model of several layers it has to be named.");
    private readonly Option<long?> _samples = NumberOption.Of<long>("--samples", "Activation vectors to train a dictionary on.");

    private readonly Option<string?> _from = new("--from") { Description = "Train on from the weights of a finished dictionary of the model, with its size, recipe and site; it stays, and the result is a new one.", HelpName = "G/1" };

    private readonly Option<bool> _replace = new("--replace")
    {
        Description = "Let this run's model and dictionaries take the place of finished ones of the same names, once they are complete. Labels stay.",
    };

    private readonly Option<string?> _device = new("--device")
    {
        Description = "Where it computes: auto (a card where there is one), cpu, torch:cpu, cuda:0, mps. Default: auto, or the setting Training:Device.",
    };

    private readonly Option<string?> _precision = new("--precision") { Description = "Precision of matrix products on a card: float32, tf32 or bf16. Default: float32." };

    private readonly Option<bool> _deviceChange = new("--device-change")
    {
        Description = "Go on with a stopped run on another device than it began on. Its results are then those of neither alone.",
    };

    private readonly Option<string?> _control = new("--control")
    {
        Description = "Train the dictionaries on a control: shuffled takes the finished model of the same settings with each matrix's weights in random order. Its name is that of --model with -shuffled.",
    };

    private readonly Option<double?> _steer = NumberOption.Of<double>("--steer", "At the end hold every live feature at so many times its maximum, as the command steer does. 2 is usual. Default: not.");

    private readonly SyntheticOptions _synthetic = new();

    private Option[] OfModels => [_corpus, _preset, _config, _keep, _model, _architecture, _tokens, _layers, _site, _layer, _from, _replace, _device, _precision, _deviceChange, _control, _steer];

    public void AddTo(Command command)
    {
        _preset.AcceptOnlyFromAmong([.. RunPreset.All.Select(p => p.Preset)]);
        _control.AcceptOnlyFromAmong([.. RunControl.All]);
        Option[] all = [_corpus, _preset, _config, _keep, _seed, _model, _architecture, _tokens, _layers, _features, _lambda, _k, _variant, _site, _layer, _samples, _from, _replace, _device, _precision, _deviceChange, _control, _steer];
        foreach (var option in all)
        {
            command.Options.Add(option);
        }

        _synthetic.AddTo(command);
    }

    /// <summary>The test against a planted truth that the command line asks for; null when it asks for a model.</summary>
    /// <exception cref="ArgumentException">A value is no number, or an option does not belong to that kind of run.</exception>
    public SyntheticSettings? Synthetic(ParseResult result)
    {
        if (_synthetic.Name(result, OfModels) is not { } name)
        {
            return null;
        }

        var usual = new SyntheticSettings { Name = name };
        var wrong = new List<string>();
        var (features, lambda, k) = (List<int>(_features, result, wrong), List<float>(_lambda, result, wrong), List<int>(_k, result, wrong));
        return wrong.Count > 0
            ? throw new ArgumentException(string.Join(" ", wrong))
            : usual with
            {
                Planted = _synthetic.Planted(result, result.GetValue(_seed)),
                Features = features,
                Lambda = lambda,
                K = k,
                Variants = result.GetValue(_variant) is { } variant ? variant.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : DictionaryVariants.All,
                Samples = result.GetValue(_samples) ?? usual.Samples,
            };
    }

    /// <summary>Options that say how a model is trained, as far as they are given: an imported one is not.</summary>
    public IReadOnlyList<string> OfTraining(ParseResult result) =>
        [.. new Option[] { _architecture, _tokens, _layers }.Where(option => result.GetResult(option) is { Implicit: false }).Select(static option => option.Name)];

    /// <summary>Whether somebody has said which layer dictionaries read: here, or in a file with settings.</summary>
    public bool NamesLayer(ParseResult result) => Sites(result).Layer is not null || result.GetValue(_config) is not null;

    /// <summary>What the command line asks for.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="find">Finds a dictionary to go on from.</param>
    /// <exception cref="ArgumentException">A value is no number, the file is no configuration, or there is no such dictionary.</exception>
    public RunConfiguration Configuration(ParseResult result, Func<string, ContinuedSource> find)
    {
        var start = Start(result);
        var transformer = start.Transformer with
        {
            Tokens = result.GetValue(_tokens) ?? start.Transformer.Tokens,
            Layers = result.GetValue(_layers) ?? start.Transformer.Layers,
            Architecture = result.GetValue(_architecture) ?? start.Transformer.Architecture,
        };
        var source = result.GetValue(_from) is { } from ? find(from) : null;
        var model = result.GetValue(_model) ?? (source is null || NamesModel(result) ? start.Model : source.Info.Model);
        var control = result.GetValue(_control) ?? start.Control;
        return start with
        {
            Corpus = result.GetValue(_corpus) is { Length: > 0 } corpus ? corpus : start.Corpus,
            Keep = result.GetValue(_keep) ?? start.Keep,
            Seed = result.GetValue(_seed) ?? start.Seed,
            Model = result.GetValue(_control) is { } wanted ? RunControl.NameFor(model, wanted) : model,
            Control = control,
            Steer = result.GetValue(_steer) ?? start.Steer,
            Replace = result.GetValue(_replace) || start.Replace,
            Device = result.GetValue(_device) ?? start.Device,
            Precision = result.GetValue(_precision) ?? start.Precision,
            DeviceChange = result.GetValue(_deviceChange),
            Transformer = transformer,
            Dictionaries = Dictionaries(result, start.Dictionaries, source),
        };
    }

    private bool NamesModel(ParseResult result) => result.GetValue(_config) is { } file && RunConfigurationJson.NamesModel(File.ReadAllText(file));

    private RunConfiguration Start(ParseResult result)
    {
        if (result.GetValue(_config) is not { } file)
        {
            return RunPreset.Find(result.GetValue(_preset) ?? RunPreset.Demo.Preset);
        }

        var text = File.Exists(file) ? File.ReadAllText(file) : throw new ArgumentException($"There is no file {file} with a configuration.");
        try
        {
            return RunConfigurationJson.ReadNew(text, result.GetValue(_preset));
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"{file}: {exception.Message}", exception);
        }
    }

    /// <summary>The preset's or the file's; where the command line describes one, that or that sweep in their place.</summary>
    private IReadOnlyList<DictionarySettings> Dictionaries(ParseResult result, IReadOnlyList<DictionarySettings> start, ContinuedSource? from)
    {
        var wrong = new List<string>();
        var features = List<int>(_features, result, wrong);
        var lambda = List<float>(_lambda, result, wrong);
        var k = List<int>(_k, result, wrong);
        if (wrong.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", wrong));
        }

        var (variant, samples) = (result.GetValue(_variant), result.GetValue(_samples));
        var (sites, layer) = Sites(result);
        if (features.Count == 0 && lambda.Count == 0 && k.Count == 0 && variant is null && sites.Count == 0 && layer is null && samples is null && from is null)
        {
            return start;
        }

        if (samples is { } number && RunSetting.Find("dictionaries[0].samples") is { } setting && !setting.Takes(number))
        {
            throw new ArgumentException($"--samples is {number.ToString(CultureInfo.InvariantCulture)}; it must be {setting.Range}.");
        }

        var like = from is null ? start[^1] : Like(from, variant);
        var sweep = new SweepSettings
        {
            Variant = variant ?? like.Variant,
            Site = like.Site,
            Sites = sites,
            Layer = layer ?? like.Layer,
            Features = features.Count > 0 ? features : from is null ? [.. start.Select(d => d.Features)] : [like.Features],
            Lambda = lambda,
            K = k.Count > 0 ? k : like.K is { } one && RunChoices.FixesK(variant ?? like.Variant) ? [one] : [],
            Samples = samples,
            From = like.From,
        };
        var problems = sweep.Problems().Select(p => $"--{p.Field}: {p.Message}").ToList();
        return problems.Count == 0 ? sweep.Expand([], first: 1) : throw new ArgumentException(string.Join(" ", problems));
    }

    /// <summary>The kinds of site, and the layer that --layer or the sites themselves name, as in resid.post.8.</summary>
    private (IReadOnlyList<string> Kinds, int? Layer) Sites(ParseResult result)
    {
        var (kinds, layers) = (new List<string>(), new SortedSet<int>());
        foreach (var site in (result.GetValue(_site) ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var dot = site.LastIndexOf('.');
            var numbered = int.TryParse(site.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            kinds.Add(numbered ? site[..Math.Max(0, dot)] : site);
            if (numbered)
            {
                layers.Add(number);
            }
        }

        if (result.GetValue(_layer) is { } layer)
        {
            layers.Add(layer);
        }

        return layers.Count < 2
            ? (kinds, layers.Count == 0 ? null : layers.Min)
            : throw new ArgumentException($"--site and --layer name the layers {string.Join(", ", layers)}; the dictionaries of a run read one: start a run for each.");
    }

    /// <summary>What a dictionary that goes on from another is where the command line does not say.</summary>
    private static DictionarySettings Like(ContinuedSource from, string? variant)
    {
        var (shape, site) = (from.Shape, from.Shape.Site!);
        var usual = DictionarySettings.For(from.Info.Name, shape.Features, variant ?? from.Variants[0], from.Info.Id);
        return usual with { Site = site.KindName, Layer = site.Layer, K = shape.K > 0 ? shape.K : usual.K };
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
