using System.Text.Json;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries.Files;

/// <content>Where it reads and writes.</content>
internal sealed partial record DictionaryConfig
{
    /// <summary>Newer files name the site under "metadata", older ones at the top, the oldest as "hook_point".</summary>
    private Site? ReadSite(bool transcoder)
    {
        var site = SiteOf(transcoder, "hook_name", "hook_point");
        foreach (var value in Values("hook_layer").Concat(Values("hook_point_layer")).Where(value => site is not null && value.ToJsonString() != $"{site.Layer}"))
        {
            throw new InvalidDataException($"{_path}: hook_layer is {value.ToJsonString()}, but the site {site!.HookName} lies in layer {site.Layer}.");
        }

        return site;
    }

    private Site? ReadOutputSite(Site? input)
    {
        var output = SiteOf(false, "hook_name_out");
        return input is null || output is null || input.IsReadFor(output)
            ? output
            : throw new InvalidDataException(
                $"{_path}: hook_name is {input.HookName} and hook_name_out {output.HookName}. A transcoder here reads {string.Join(", ", Engine.Transformer.Site.TranscoderKindNames)} of a layer and writes its mlp.out.");
    }

    private Site? SiteOf(bool transcoder, params ReadOnlySpan<string> keys)
    {
        Site? site = null;
        foreach (var key in keys)
        {
            foreach (var value in Values(key))
            {
                var named = value.GetValueKind() == JsonValueKind.String ? Engine.Transformer.Site.FromHookName(value.GetValue<string>()) : null;
                if (named is null || (!transcoder && !named.IsReplaceable))
                {
                    throw new InvalidDataException(
                        $"{_path}: {key} is {value.ToJsonString()}: there is no such site here. A dictionary can read {string.Join(", ", Engine.Transformer.Site.HookNames)}, with the layer's number for L.");
                }

                if (site is not null && site != named)
                {
                    throw new InvalidDataException($"{_path} names two sites, {site.HookName} and {named.HookName}: it has one.");
                }

                site = named;
            }
        }

        return site;
    }
}
