using System.Globalization;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// A place in a model where activations are read, and at most kinds replaced (<see cref="IsReplaceable"/>). Written as <c>mlp.post.0</c>: kind, then layer from 0.
/// </summary>
/// <param name="Kind">Which of the layer's activations.</param>
/// <param name="Layer">From 0.</param>
public sealed record Site(SiteKind Kind, int Layer)
{
    private static readonly (SiteKind Kind, string Name, string Hook)[] Kinds =
    [
        (SiteKind.MlpPost, "mlp.post", "mlp.hook_post"),
        (SiteKind.MlpOut, "mlp.out", "hook_mlp_out"),
        (SiteKind.ResidPre, "resid.pre", "hook_resid_pre"),
        (SiteKind.ResidPost, "resid.post", "hook_resid_post"),
        (SiteKind.MlpIn, "mlp.in", "mlp.hook_in"),
        (SiteKind.MlpNorm, "mlp.norm", "ln2.hook_normalized"),
        (SiteKind.ResidMid, "resid.mid", "hook_resid_mid"),
    ];

    // What is added to the residual stream, or is that stream: directions there have logit weights. The others are what a transcoder may read.
    private const int Replaceable = (int)SiteKind.ResidPost + 1;

    /// <summary>The names of the kinds whose activations can be replaced, without a layer: what a dictionary gives back.</summary>
    public static IReadOnlyList<string> KindNames { get; } = [.. Kinds.Take(Replaceable).Select(static kind => kind.Name)];

    /// <summary>The names that TransformerLens and SAELens give to these, with L for the layer.</summary>
    public static IReadOnlyList<string> HookNames { get; } = [.. Kinds.Take(Replaceable).Select(static kind => $"blocks.L.{kind.Hook}")];

    /// <summary>The names of the kinds that a transcoder may read, without a layer; it writes <c>mlp.out</c> of the same layer.</summary>
    public static IReadOnlyList<string> TranscoderKindNames { get; } = [.. Kinds.Skip(Replaceable).Select(static kind => kind.Name)];

    /// <summary>The kind's name, <c>mlp.post</c>.</summary>
    public string KindName => Kinds[(int)Kind].Name;

    /// <summary>The name that TransformerLens and SAELens give it: <c>blocks.0.mlp.hook_post</c>.</summary>
    public string HookName => string.Create(CultureInfo.InvariantCulture, $"blocks.{Layer}.{Kinds[(int)Kind].Hook}");

    /// <summary>Whether activations can be replaced there, and not only read.</summary>
    public bool IsReplaceable => (int)Kind < Replaceable;

    /// <summary>The paper's site: the neurons of the last layer.</summary>
    public static Site Default(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new Site(SiteKind.MlpPost, config.Layers - 1);
    }

    /// <summary>Reads <c>mlp.post</c> (of the last layer), <c>mlp.post.2</c> or <c>blocks.2.mlp.hook_post</c>.</summary>
    /// <param name="text">The site's name.</param>
    /// <param name="layers">Layers of the model.</param>
    /// <exception cref="ArgumentException">It is none of these, or the model has no such layer.</exception>
    public static Site Parse(string text, int layers)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        var site = FromHookName(text) ?? FromName(text, layers);
        if (site is null || site.Layer >= layers)
        {
            throw new ArgumentException(
                $"There is no site '{text}' in a model of {layers} layer(s): use {string.Join(", ", KindNames)}, for another layer than the last with its number, as in resid.pre.0.",
                nameof(text));
        }

        return site;
    }

    /// <summary>Reads <c>blocks.2.mlp.hook_post</c> and its like; null for anything else.</summary>
    public static Site? FromHookName(string? hook)
    {
        var parts = (hook ?? "").Split('.', 3);
        if (parts is not ["blocks", var number, var name] || !TryLayer(number, out var layer))
        {
            return null;
        }

        foreach (var kind in Kinds)
        {
            if (kind.Hook == name)
            {
                return new Site(kind.Kind, layer);
            }
        }

        return null;
    }

    /// <summary>n: width of its activations.</summary>
    public int Width(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Kind == SiteKind.MlpPost ? config.DMlp : config.DModel;
    }

    /// <summary>Throws an <see cref="ArgumentException"/> when the model has no such layer.</summary>
    public void Check(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (Layer < 0 || Layer >= config.Layers || !Enum.IsDefined(Kind))
        {
            throw new ArgumentException($"The model has {config.Layers} layer(s), numbered from 0: there is no site {this}.");
        }
    }

    /// <summary>Throws an <see cref="ArgumentException"/> when the model has no such site, or its activations cannot be replaced.</summary>
    public void CheckReplaceable(TransformerConfig config)
    {
        Check(config);
        if (!IsReplaceable)
        {
            throw new ArgumentException($"The activations at {this} are read and cannot be replaced: replace those at {string.Join(", ", KindNames)}.");
        }
    }

    /// <summary>Whether a transcoder can read this site and write <paramref name="output"/>: one of <see cref="TranscoderKindNames"/>, and <c>mlp.out</c> of the same layer.</summary>
    public bool IsReadFor(Site output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return !IsReplaceable && output.Kind == SiteKind.MlpOut && Layer == output.Layer;
    }

    /// <summary>Throws an <see cref="ArgumentException"/> unless <see cref="IsReadFor"/>.</summary>
    public void CheckReads(Site output)
    {
        if (!IsReadFor(output))
        {
            throw new ArgumentException($"A transcoder reads {string.Join(", ", TranscoderKindNames)} and writes mlp.out of the same layer; this one reads {this} and writes {output}.");
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{KindName}.{Layer}");

    private static Site? FromName(string text, int layers)
    {
        foreach (var (kind, name, _) in Kinds)
        {
            if (text == name)
            {
                return new Site(kind, layers - 1);
            }

            if (text.StartsWith(name + ".", StringComparison.Ordinal) && TryLayer(text[(name.Length + 1)..], out var layer))
            {
                return new Site(kind, layer);
            }
        }

        return null;
    }

    private static bool TryLayer(string text, out int layer) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out layer);
}
