using System.Text.RegularExpressions;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>SAELens' <c>cfg.json</c>: keys at the top before version 6, many of them under "metadata" since; and what is meant where one is missing.</summary>
internal sealed partial class SaeLensSettings(ForeignJson config)
{
    private static readonly string[] L0Keys = ["final_l0", "l0", "eval_l0"];

    private readonly ForeignJson? _metadata = config.Object("metadata");

    public string FilePath => config.FilePath;

    /// <summary>The architecture in small letters; files older than "topk" call it "standard" with that activation function.</summary>
    public string Architecture(List<string> notes)
    {
        var named = config.Text("architecture")?.ToLowerInvariant();
        var (newer, older) = (config.Text("activation_fn")?.ToLowerInvariant(), config.Text("activation_fn_str")?.ToLowerInvariant());
        if (newer is not null && older is not null && newer != older)
        {
            throw new InvalidDataException($"{FilePath}: activation_fn is \"{newer}\" and activation_fn_str \"{older}\": they contradict each other.");
        }

        var function = newer ?? older;
        if (function is not (null or "relu" or "topk" or "jumprelu"))
        {
            throw new InvalidDataException($"{FilePath}: its activation function is \"{function}\"; relu and topk are supported.");
        }

        var architecture = (named ?? "standard") == "standard" && function == "topk" ? "topk" : named ?? "standard";
        if (named is null)
        {
            notes.Add($"cfg.json names no architecture: \"{architecture}\" is assumed, as {(function is null ? "files of its age have no other" : $"its activation function is \"{function}\"")}.");
        }

        return architecture;
    }

    /// <summary>A text at the top or under metadata.</summary>
    /// <exception cref="InvalidDataException">Both, and they differ.</exception>
    public string? Text(string key)
    {
        var (top, below) = (config.Text(key), _metadata?.Text(key));
        return top is null || below is null || top == below
            ? below ?? top
            : throw new InvalidDataException($"{FilePath}: {key} is \"{top}\" at the top and \"{below}\" under metadata: they contradict each other.");
    }

    public int Size(string key) => config.Count(key) ?? throw new InvalidDataException($"{FilePath}: {key} is missing; a whole number from 1 on is needed.");

    public bool Flag(string key, bool missing, List<string> notes)
    {
        if (config.Flag(key) is { } flag)
        {
            return flag;
        }

        notes.Add($"cfg.json does not say {key}; {(missing ? "true" : "false")} is assumed, as SAELens does.");
        return missing;
    }

    public bool? PrependsBos(List<string> notes)
    {
        if ((_metadata?.Flag("prepend_bos") ?? config.Flag("prepend_bos")) is { } flag)
        {
            return flag;
        }

        notes.Add("cfg.json does not say prepend_bos; true is assumed, as SAELens does.");
        return true;
    }

    public int? ContextSize() => _metadata?.Count("context_size") ?? config.Count("context_size");

    /// <summary>Where it reads; null where the file does not say.</summary>
    /// <exception cref="InvalidDataException">It contradicts itself, or reads one head of several.</exception>
    public string? Hook()
    {
        foreach (var part in new[] { config, _metadata })
        {
            part?.Refuse("hook_head_index", "one head alone is read by no dictionary here; import one of the whole site", "none", "null");
        }

        var hook = Text("hook_name") ?? Text("hook_point");
        var layer = config.Number("hook_layer") ?? config.Number("hook_point_layer") ?? _metadata?.Number("hook_layer");
        return layer is null || LayerOf().Match(hook ?? string.Empty) is not { Success: true } match || match.Groups[1].Value == FormattableString.Invariant($"{layer}")
            ? hook
            : throw new InvalidDataException($"{FilePath}: hook_layer is {layer}, but {hook} lies in layer {match.Groups[1].Value}.");
    }

    /// <summary>What a transcoder writes; null where the file does not say.</summary>
    /// <exception cref="InvalidDataException">It contradicts itself.</exception>
    public string? OutputHook()
    {
        foreach (var part in new[] { config, _metadata })
        {
            part?.Refuse("hook_head_index_out", "one head alone is written by no dictionary here; import one of the whole site", "none", "null");
        }

        var hook = Text("hook_name_out");
        var layer = config.Number("hook_layer_out") ?? _metadata?.Number("hook_layer_out");
        return layer is null || LayerOf().Match(hook ?? string.Empty) is not { Success: true } match || match.Groups[1].Value == FormattableString.Invariant($"{layer}")
            ? hook
            : throw new InvalidDataException($"{FilePath}: hook_layer_out is {layer}, but {hook} lies in layer {match.Groups[1].Value}.");
    }

    /// <summary>Whether its model was loaded with the gains of its norms apart from the matrices that read them.</summary>
    public bool KeepsGains() => (_metadata ?? config).Object("model_from_pretrained_kwargs")?.Flag("fold_ln") == false;

    public int K(int features) => (config.Object("activation_fn_kwargs") is { } function && function.Has("k") && !config.Has("k") ? function : config).K("k", features);

    /// <summary>When a matching pursuit ends.</summary>
    /// <param name="inputs">n: SAELens' limit of steps where the file names none.</param>
    /// <param name="notes">Get a sentence for what is missing.</param>
    public PursuitShape Pursuit(int inputs, List<string> notes)
    {
        var threshold = config.Number(PursuitSettings.ResidualThreshold);
        if (threshold is null)
        {
            notes.Add(FormattableString.Invariant($"cfg.json does not say {PursuitSettings.ResidualThreshold}; {PursuitSettings.UsualThreshold} is assumed, as SAELens does."));
        }

        return threshold is null or >= 0 and < float.MaxValue
            ? new PursuitShape(
                (float)(threshold ?? PursuitSettings.UsualThreshold), config.Count(PursuitSettings.MaxIterations) ?? inputs, Flag(PursuitSettings.StopsOnRepeat, true, notes))
            : throw new InvalidDataException(FormattableString.Invariant($"{FilePath}: {PursuitSettings.ResidualThreshold} is {threshold} where a number from 0 on is needed: the length of what is left at which a pursuit ends, or 0 for none."));
    }

    /// <summary>Mean number of active features at the end of training, written since version 6.47.</summary>
    public double? L0() => L0Keys.Select(key => _metadata?.Number(key) ?? config.Number(key)).FirstOrDefault(static l0 => l0 is not null);

    /// <summary>The version that trained it; null where it is not known.</summary>
    public Version? TrainedWith() => Version.TryParse(Text("sae_lens_training_version") ?? Text("sae_lens_version"), out var version) ? version : null;

    [GeneratedRegex(@"^blocks\.(\d+)\.")]
    private static partial Regex LayerOf();
}
