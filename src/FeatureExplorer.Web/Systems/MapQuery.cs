using System.Globalization;
using FeatureExplorer.Web.Components.Plots;

namespace FeatureExplorer.Web.Systems;

/// <summary>What a reader chose on a map: its whole state, all of it in the address.</summary>
public sealed record MapQuery
{
    /// <summary>What colours say.</summary>
    public MapColour Colour { get; init; }

    /// <summary>Features that a search finds are marked and listed.</summary>
    public string? Text { get; init; }

    /// <summary>The cluster that is marked and listed.</summary>
    public int? Cluster { get; init; }

    /// <summary>The area whose features are listed.</summary>
    public MapArea? Area { get; init; }

    /// <summary>The part of the plane that is shown.</summary>
    public ChartZoom Zoom { get; init; } = ChartZoom.Whole;

    /// <summary>Id of the dictionary that is mapped jointly, such as "A/0"; null for none.</summary>
    public string? With { get; init; }

    /// <summary>Page of the list, from 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Whether some features are marked.</summary>
    public bool Marks => Cluster is not null || !string.IsNullOrEmpty(Text);

    /// <summary>What an address says; its values have been checked.</summary>
    public static MapQuery Parse(string? colour, string? q, int? cluster, string? area, string? zoom, string? with, int? page) => new()
    {
        Colour = Urls.Parse<MapColour>(colour) ?? MapColour.Cluster,
        Text = string.IsNullOrEmpty(q) ? null : q,
        Cluster = cluster,
        Area = MapArea.Parse(area),
        Zoom = ChartZoom.Parse(zoom ?? string.Empty) ?? ChartZoom.Whole,
        With = string.IsNullOrEmpty(with) ? null : with,
        Page = page ?? 1,
    };

    /// <summary>Adds what differs from a page without any choice.</summary>
    internal void AddTo(UrlBuilder url)
    {
        url.Add("colour", Colour == MapColour.Cluster ? null : Urls.Word(Colour));
        url.Add("q", Text);
        url.Add("cluster", Cluster?.ToString(CultureInfo.InvariantCulture));
        url.Add("area", Area?.ToString());
        url.Add("zoom", Zoom.ToString());
        url.Add("with", With);
        url.Add("page", Page > 1 ? Page.ToString(CultureInfo.InvariantCulture) : null);
    }
}
