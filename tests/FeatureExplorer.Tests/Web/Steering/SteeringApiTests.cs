using System.Net;
using System.Text.Json;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Tests.Web.Exploration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Tests.Web.Steering;

/// <summary>Samples with pinned features over HTTP, from a real model.</summary>
public sealed class SteeringApiTests(ExplorationSite site) : IClassFixture<ExplorationSite>
{
    private string Url => $"/api/v1/A/1/{site.Busy}/steer";

    [Fact]
    public async Task Steer_AsTheContractSays_GivesBaseAndSteered()
    {
        var json = await site.Json($"{Url}?prompt=1,2,3&strength=5&tokens=12&samples=3&seed=1&temperature=1");

        foreach (var name in (string[])["base", "steered"])
        {
            var samples = json.GetProperty(name).EnumerateArray().ToList();
            Assert.Equal(3, samples.Count);
            Assert.All(samples, static sample => Assert.InRange(sample.GetProperty("tokens").GetArrayLength(), 0, 12));
            Assert.All(samples, CheckShare);
            var tokenizer = site.Service<ExplorerData>().Open(site.Dictionary).Text;
            Assert.All(samples, sample => Assert.Equal(
                tokenizer.Written([.. sample.GetProperty("tokens").EnumerateArray().Select(static token => token.GetProperty("id").GetInt32())]), sample.GetProperty("text").GetString()));
        }

        var max = site.Service<FeatureStore>().FindFeature(site.Dictionary, site.Busy)!.Max;
        Assert.Equal(5 * max, json.GetProperty("pins")[0].GetProperty("target").GetSingle(), 1e-3f);
        Assert.True(json.GetProperty("baseLoss").GetDouble() > 0);
    }

    [Fact]
    public async Task Steer_SameAddress_GivesTheSameAndAnotherSeedOthers()
    {
        var first = await Texts($"{Url}?seed=7&tokens=10");
        var sampled = await Texts($"{Url}?seed=7&tokens=10&strength=2");

        Assert.Equal(first, await Texts($"{Url}?tokens=10&seed=7"));
        Assert.NotEqual(first, await Texts($"{Url}?tokens=10&seed=8"));
        // Samples without steering are the same whatever the strength is.
        Assert.Equal(first[..4], sampled[..4]);
    }

    [Fact]
    public async Task Steer_WithCurve_GivesEveryStrengthAndItsOwnShares()
    {
        var json = await site.Json($"{Url}?tokens=6&samples=2&strength=3&curve=true");

        var curve = json.GetProperty("curve").EnumerateArray().ToList();
        Assert.Equal(SteeringPoint.Strengths, curve.Select(static point => point.GetProperty("strength").GetDouble()));
        var at = curve.Single(static point => point.GetProperty("strength").GetDouble() == 3);
        Assert.Equal(json.GetProperty("steeredLoss").GetDouble(), at.GetProperty("loss").GetDouble(), 1e-6);
        var chart = await site.Json($"/charts/A/1/{site.Busy}/steer?tokens=6&samples=2");
        Assert.Equal(curve.Select(static point => point.GetProperty("loss").GetDouble()), chart.GetProperty("data").EnumerateArray().Last().GetProperty("y").EnumerateArray().Select(static y => y.GetDouble()));
    }

    [Theory]
    [InlineData("strength=21", "strength is \"21\"; it must be a number from -5 to 20")]
    [InlineData("with=3", "with is \"3\"; it must be features, each once, with their strengths")]
    [InlineData("with=3:1,3:2", "with is \"3:1,3:2\"; it must be features, each once, with their strengths")]
    [InlineData("with=4000:1", "from 0 to 47")]
    [InlineData("tokens=0", "tokens is \"0\"")]
    [InlineData("context=klingon", "one of the contexts of A/1")]
    [InlineData("tokens=64", "it does not fit the model's context of 64")]
    public async Task Steer_WhatItDoesNotTake_IsRefusedWithTheRemedy(string query, string says)
    {
        var json = await site.Json($"{Url}?{query}", HttpStatusCode.BadRequest);
        Assert.Contains(says, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steer_WithThePagesOwnFeature_IsRefused()
    {
        var json = await site.Json($"{Url}?with={site.Busy}:2", HttpStatusCode.BadRequest);
        Assert.Contains($"with names {site.Busy}, the feature of the page itself", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steer_Neuron_IsHeldToo()
    {
        var neurons = site.Service<FeatureStore>().NeuronsOf("A")!;
        var busy = site.Service<FeatureStore>().Summaries(neurons, Enumerable.Range(0, neurons.Features)).Values.MaxBy(static f => f.Max)!.Index;
        var json = await site.Json($"/api/v1/A/neurons/{busy}/steer?tokens=5&samples=1&strength=4");
        Assert.Equal(busy, json.GetProperty("pins")[0].GetProperty("feature").GetInt32());
    }

    [Fact]
    public async Task Survey_OfADictionary_EqualsTheApiAndSortsTheList()
    {
        var options = new SteeringOptions { Tokens = 8, Samples = 2 };
        var effects = new SteerStage(site.Database).Run(site.Dictionary, "1,2,3", 3, options, new StageProgress(1, null), CancellationToken.None);

        Assert.NotEmpty(effects);
        foreach (var effect in effects.Take(3).Concat(effects.TakeLast(2)))
        {
            var json = await site.Json($"/api/v1/A/1/{effect.Feature}/steer?prompt=1,2,3&strength=3&tokens=8&samples=2");
            Assert.Equal(effect.Base, json.GetProperty("baseInContext").GetDouble(), 1e-9);
            Assert.Equal(effect.Steered, json.GetProperty("steeredInContext").GetDouble(), 1e-9);
            Assert.Equal(effect.SteeredLoss, json.GetProperty("steeredLoss").GetDouble(), 1e-4);
        }

        var best = effects[0];
        Assert.Equal(best, site.Service<SteeringStore>().Find(site.Dictionary, best.Feature));
        var list = await site.Json("/api/v1/A/1?sort=steering&order=desc");
        var moved = list.GetProperty("features").EnumerateArray().Select(static f => f.GetProperty("steering")).Where(static s => s.ValueKind == JsonValueKind.Object).Select(static s => s.GetProperty("moved").GetDouble()).ToList();
        Assert.Equal(effects.Select(static e => e.Moved).OrderDescending().Take(moved.Count), moved);
        var page = await site.Page("/A/1?sort=steering&order=desc");
        Assert.Contains(page.QuerySelectorAll("th"), static th => th.TextContent.Contains("Steers", StringComparison.Ordinal));
        Assert.Contains("of generated tokens inside", (await site.Page($"/A/1/{best.Feature}")).QuerySelector("#evidence")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(best.Steered, (await site.Json($"/api/v1/A/1/{best.Feature}/evidence")).GetProperty("steering").GetProperty("steered").GetDouble());
    }

    private static void CheckShare(JsonElement sample)
    {
        var inside = sample.GetProperty("tokens").EnumerateArray().Select(static token => token.GetProperty("inside")).ToList();
        if (inside.Count > 0 && inside[0].ValueKind != JsonValueKind.Null)
        {
            Assert.Equal(inside.Count(static value => value.GetBoolean()) / (double)inside.Count, sample.GetProperty("inContext").GetDouble(), 1e-9);
        }
    }

    private async Task<List<string>> Texts(string url)
    {
        var json = await site.Json(url);
        return [.. new[] { "base", "steered" }.SelectMany(name => json.GetProperty(name).EnumerateArray()).Select(static sample => sample.GetProperty("text").GetString()!)];
    }
}
