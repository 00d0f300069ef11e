using System.Globalization;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Tests.Web;

/// <summary>A latent that may be negative is two features, whose pages name each other and show both on one axis.</summary>
public sealed class SignedLatentPageTests(ImportedSite site) : IClassFixture<ImportedSite>
{
    [Fact]
    public async Task Page_OfEitherEnd_ShowsBothAndLeadsToTheOther()
    {
        var latents = site.Signed.Origin!.SignedLatents!.Value;
        Assert.Equal((site.Trained.Features, 2 * site.Trained.Features), (latents, site.Signed.Features));
        var summaries = new FeatureStore(site.Database).Summaries(site.Signed).ToDictionary(static feature => feature.Index);
        var latent = Enumerable.Range(0, latents).MaxBy(i => Math.Min(summaries[i].Density, summaries[latents + i].Density));
        using var index = ActivationIndex.Open(site.Database.Folder.Index(site.Signed));
        var counts = string.Create(CultureInfo.InvariantCulture, $"{index.Count(latents + latent):N0} below 0, {index.Count(latent):N0} above");
        Assert.True(index.Count(latent) > 0 && index.Count(latents + latent) > 0);
        foreach (var (shown, side, other) in new[] { (latent, "above", latents + latent), (latents + latent, "below", latent) })
        {
            var card = (await site.Page($"/A/3/{shown}")).QuerySelector("#latent")!;
            Assert.Contains($"This page shows the end {side} 0", card.TextContent, StringComparison.Ordinal);
            Assert.Equal($"/A/3/{other}", card.QuerySelector("a")!.GetAttribute("href"));
            Assert.Contains(counts, card.TextContent, StringComparison.Ordinal);
            Assert.NotNull(card.QuerySelector("svg path.low"));
            Assert.NotNull(card.QuerySelector("svg path.high"));
        }

        Assert.Null((await site.Page($"/A/1/{latent}")).QuerySelector("#latent"));
    }

    [Fact]
    public void Of_BothEnds_CountsEveryActivationOnItsSide()
    {
        var latents = site.Signed.Origin!.SignedLatents!.Value;
        using var index = ActivationIndex.Open(site.Database.Folder.Index(site.Signed));
        var seen = 0;
        for (var latent = 0; latent < latents; latent++)
        {
            var (above, below) = (index.Values(latent).ToArray(), index.Values(latents + latent).ToArray());
            if (SignedHistogram.Of(index, latent, latents + latent) is not { } histogram)
            {
                Assert.Equal(0, above.Length + below.Length);
                continue;
            }

            var values = above.Select(static v => (float)v).Concat(below.Select(static v => -(float)v)).ToArray();
            for (var bin = 0; bin < histogram.Counts.Count; bin++)
            {
                var (low, high) = (histogram.Edges[bin], histogram.Edges[bin + 1]);
                Assert.Equal(values.Count(v => (v > low || (bin == 0 && v == low)) && v <= high), histogram.Counts[bin]);
            }

            seen += values.Length > 0 ? 1 : 0;
        }

        Assert.InRange(seen, 10, latents);
    }
}
