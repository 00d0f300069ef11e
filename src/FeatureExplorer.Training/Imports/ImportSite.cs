using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Training.Imports;

/// <summary>Decides where in a model an imported dictionary reads: its files, whoever imports it, and its width must agree.</summary>
internal static class ImportSite
{
    /// <summary>The site, and a sentence where it was assumed.</summary>
    /// <exception cref="ArgumentException">The site that was asked for does not exist, or contradicts the files.</exception>
    /// <exception cref="InvalidDataException">The files name a site that is not in the model, or none where one is needed.</exception>
    public static (Site Site, string? Note) Of(ImportedDictionary imported, string? asked, string model, TransformerConfig config)
    {
        var (site, note) = Choose(imported, asked, model, config);
        if (!imported.Dictionary.IsTranscoder && !site.IsReplaceable)
        {
            throw new InvalidDataException($"{imported.WeightsFile}: the dictionary reads {site} and gives back what it reads, and nothing can be put in the place of {site} here. A dictionary can read {string.Join(", ", Site.KindNames)} of a layer; only a transcoder reads {site.KindName}.");
        }

        if (site.Layer >= config.Layers)
        {
            throw new InvalidDataException($"{imported.WeightsFile}: the dictionary reads {site}, and {model} has {config.Layers} {(config.Layers == 1 ? "layer" : "layers")}, numbered from 0. Import the model that it belongs to, or name a site: --site.");
        }

        return site.Width(config) == imported.Dictionary.Inputs
            ? (site, note)
            : throw new InvalidDataException($"{imported.WeightsFile}: the dictionary reads vectors of {imported.Dictionary.Inputs} numbers (d_in), and {site} of {model} has {site.Width(config)}. {Fitting(imported, config)}");
    }

    /// <summary>What a transcoder writes, and a sentence where it was assumed.</summary>
    /// <param name="imported">The transcoder.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="config">Its sizes.</param>
    /// <exception cref="InvalidDataException">It is not mlp.out of the layer that it reads, or of another width.</exception>
    public static (Site Site, string? Note) OutputOf(ImportedDictionary imported, Site input, string model, TransformerConfig config)
    {
        if (imported.OutputHook is { } hook && imported.OutputSite is null)
        {
            throw new InvalidDataException($"{imported.WeightsFile}: the transcoder writes {hook}, and there is no such site here: a transcoder here writes mlp.out of the layer that it reads.");
        }

        var output = imported.OutputSite ?? new Site(SiteKind.MlpOut, input.Layer);
        if (!input.IsReadFor(output))
        {
            throw new InvalidDataException($"{imported.WeightsFile}: the transcoder reads {input} and writes {output}. A transcoder here reads {string.Join(", ", Site.TranscoderKindNames)} of a layer and writes mlp.out of the same layer; import one that does.");
        }

        return output.Width(config) == imported.Dictionary.Outputs
            ? (output, imported.OutputSite is null ? $"Its files do not say what it writes; {output} is assumed." : null)
            : throw new InvalidDataException($"{imported.WeightsFile}: the transcoder writes vectors of {imported.Dictionary.Outputs} numbers, and {output} of {model} has {output.Width(config)}: import the model that it belongs to.");
    }

    // Whether hook_normalized has the norm's gain in it depends on how the other tool loaded its model.
    private static bool MayBe(Site? named, Site asked) => named is { Kind: SiteKind.MlpNorm } && asked.Kind == SiteKind.MlpIn && named.Layer == asked.Layer;

    private static (Site Site, string? Note) Choose(ImportedDictionary imported, string? asked, string model, TransformerConfig config)
    {
        if (asked is not null)
        {
            if (config.Layers > 1 && Site.KindNames.Contains(asked))
            {
                throw new ArgumentException($"--site is {asked}, and {model} has {config.Layers} layers: say which one it reads, {asked}.0 to {asked}.{config.Layers - 1}.");
            }

            var site = Parse(asked, imported, model, config);
            return imported.Site is null || imported.Site == site || MayBe(imported.Site, site)
                ? (site, imported.Hook is null || imported.Site is not null ? null : $"Its files call the place that it reads {imported.Hook}, which is not known here; it is {site}, as was asked for.")
                : throw new ArgumentException($"--site is {site}, and the files of {imported.WeightsFile} say {imported.Hook}, which is {imported.Site}: leave --site out, or import the dictionary that belongs to {site}.");
        }

        if (imported.Site is not null)
        {
            return (imported.Site, null);
        }

        if (imported.Hook is { } hook)
        {
            throw new InvalidDataException($"{imported.WeightsFile}: the dictionary reads {hook}, and there is no such site here. A {(imported.Dictionary.IsTranscoder ? "transcoder" : "dictionary")} can read {string.Join(", ", KindNames(imported))} of a layer; where it is one of these under another name, say so: --site {KindNames(imported)[^1]}.0.");
        }

        var fitting = Sites(imported, config).ToList();
        return fitting.Count == 1
            ? (fitting[0], $"Its files do not say what it reads; {fitting[0]} is assumed, the only site of {model} with {imported.Dictionary.Inputs} numbers.")
            : throw new InvalidDataException($"{imported.WeightsFile}: the dictionary's files do not say what it reads. {Fitting(imported, config)}");
    }

    private static Site Parse(string asked, ImportedDictionary imported, string model, TransformerConfig config)
    {
        try
        {
            return Site.Parse(asked, config.Layers);
        }
        catch (ArgumentException exception)
        {
            var kinds = KindNames(imported);
            throw new ArgumentException(
                $"--site is {asked}, and there is no such site in {model}: a {(imported.Dictionary.IsTranscoder ? "transcoder" : "dictionary")} reads {string.Join(", ", kinds)} of {(config.Layers == 1 ? "layer 0" : $"the layers 0 to {config.Layers - 1}")}, as in {kinds[^1]}.{config.Layers - 1}.",
                exception);
        }
    }

    private static IEnumerable<Site> Sites(ImportedDictionary imported, TransformerConfig config) =>
        from layer in Enumerable.Range(0, config.Layers)
        from kind in Enum.GetValues<SiteKind>()
        let site = new Site(kind, layer)
        where site.IsReplaceable != imported.Dictionary.IsTranscoder && site.Width(config) == imported.Dictionary.Inputs
        select site;

    private static IReadOnlyList<string> KindNames(ImportedDictionary imported) => imported.Dictionary.IsTranscoder ? Site.TranscoderKindNames : Site.KindNames;

    private static string Fitting(ImportedDictionary imported, TransformerConfig config) => Sites(imported, config).ToList() is { Count: > 0 } fitting
        ? $"Sites of that width: {string.Join(", ", fitting)}. Name one: --site {fitting[0]}."
        : $"No site of the model has {imported.Dictionary.Inputs} numbers: import the model that it belongs to.";
}
