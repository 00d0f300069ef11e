using System.Globalization;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Models;

/// <summary>The order of sites: layers first, then the way of the data through one; a transcoder stands where it writes.</summary>
public static class SiteOrder
{
    private static readonly string[] Kinds = [.. Site.KindNames];

    /// <summary>Place of a site as <see cref="DictionarySites"/> writes it: "mlp.post.0", "mlp.in.0 → mlp.out.0".</summary>
    public static int Of(string site)
    {
        ArgumentNullException.ThrowIfNull(site);
        site = site[(site.LastIndexOf(' ') + 1)..];
        var dot = site.LastIndexOf('.');
        return (int.Parse(site[(dot + 1)..], CultureInfo.InvariantCulture) * Kinds.Length) + Array.IndexOf(Kinds, site[..dot]);
    }
}
