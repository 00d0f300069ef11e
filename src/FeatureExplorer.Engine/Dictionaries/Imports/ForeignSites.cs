using System.Globalization;
using System.Text.RegularExpressions;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>
/// Other tools' names of places in a model. What a name does not say for certain is no site: a dictionary that reads the wrong place gives figures that look like any others.
/// </summary>
internal static partial class ForeignSites
{
    /// <summary>The site of a name; null where there is none like it here.</summary>
    /// <param name="hook">As TransformerLens, Hugging Face's modules, dictionary_learning or OpenAI call it.</param>
    public static Site? Of(string? hook)
    {
        if (hook is null)
        {
            return null;
        }

        return Site.FromHookName(hook) ?? OfHook(hook) ?? OfModule(hook) ?? OfSubmodule(hook);
    }

    /// <summary>The name of what a module of Hugging Face reads, "model.layers.3.mlp.input"; null where the name is none of a whole layer or its feed-forward part.</summary>
    public static string? InputOf(string? module) => module is not null && Module().Match(module) is { Success: true } match && match.Groups[2].Value is "" or ".mlp" ? module + ".input" : null;

    // hook_mlp_in is a copy of what the MLP's norm reads, before that norm; the MLP's own hooks lie around its matrices.
    private static Site? OfHook(string hook)
    {
        var match = Hook().Match(hook);
        return !match.Success ? null : At(match.Groups[1].Value == "hook_mlp_in" ? SiteKind.ResidMid : SiteKind.MlpOut, match);
    }

    // "model.layers.3" and "layers.3" are what leaves the layer; its MLP's output is what is added to the residual stream, except where a norm follows.
    private static Site? OfModule(string hook)
    {
        var match = Module().Match(hook);
        return !match.Success ? null : match.Groups[2].Value switch
        {
            "" or ".output" => At(SiteKind.ResidPost, match),
            ".input" => At(SiteKind.ResidPre, match),
            ".mlp" or ".mlp.output" or ".post_feedforward_layernorm.output" => At(SiteKind.MlpOut, match),
            ".mlp.input" or ".pre_feedforward_layernorm.output" => At(SiteKind.MlpIn, match),
            _ => null,
        };
    }

    private static Site? OfSubmodule(string hook)
    {
        var match = Submodule().Match(hook);
        return !match.Success ? null : match.Groups[1].Value switch
        {
            "resid_post" => At(SiteKind.ResidPost, match),
            "resid_pre" => At(SiteKind.ResidPre, match),
            "mlp_out" => At(SiteKind.MlpOut, match),
            _ => null,
        };
    }

    private static Site? At(SiteKind kind, Match match) =>
        int.TryParse(match.Groups["layer"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? new Site(kind, layer) : null;

    [GeneratedRegex(@"^(?:model\.|transformer\.|gpt_neox\.)?(layers|h)\.(?<layer>\d{1,4})(\.[a-z_.]+)?$")]
    private static partial Regex Module();

    [GeneratedRegex(@"^blocks\.(?<layer>\d{1,4})\.(hook_mlp_in|mlp\.hook_out)$")]
    private static partial Regex Hook();

    [GeneratedRegex(@"^(resid_post|resid_pre|mlp_out)_layer_(?<layer>\d{1,4})$")]
    private static partial Regex Submodule();
}
