using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FeatureExplorer.Tests.Web;

/// <summary>A dictionary that took the place of another has its files beside the name's folder: damage there belongs to its card and its page.</summary>
public sealed class ReplacedDamageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("index.bin")]
    [InlineData("sae_weights.safetensors")]
    public async Task Look_DamageOfAReplacedDictionary_IsOnItsCardAndItsPage(string name)
    {
        var (database, dictionary) = Replaced();
        Assert.StartsWith("1.", dictionary.Folder, StringComparison.Ordinal);
        var file = Path.Combine(database.Folder.Dictionary(dictionary), name);
        var bytes = await File.ReadAllBytesAsync(file);
        await using var app = WebHost.Build(new WebHostOptions { Database = database, Urls = ["http://127.0.0.1:0"] });
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
        var watch = new DamageWatch(database.Folder, app.Services.GetRequiredService<ILogger<DamageWatch>>());
        await File.WriteAllBytesAsync(file, bytes[..^5]);

        watch.Look(CancellationToken.None);

        var told = $"The file dictionaries/A/{dictionary.Folder}/{name} is damaged: ";
        foreach (var page in (string[])["/", "/A/1"])
        {
            Assert.Contains(told, await client.GetStringAsync(new Uri(page, UriKind.Relative)), StringComparison.Ordinal);
        }

        Assert.Contains(DataFiles.Damaged(database.Folder, dictionary), line => line.StartsWith(told, StringComparison.Ordinal));
        await File.WriteAllBytesAsync(file, bytes);
        watch.Look(CancellationToken.None);
        Assert.DoesNotContain("is damaged: ", await client.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
    }

    private (FeatureDatabase Database, DictionaryInfo Dictionary) Replaced()
    {
        SmallRun.CopyFinished(_folder.Path);
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var replacing = SmallRun.Configuration with { Replace = true, Dictionaries = [SmallRun.Configuration.Dictionaries[0] with { Features = 40 }] };
        new RunPipeline(database, TimeProvider.System, static _ => { }).Run(replacing);
        return (database, new FeatureStore(database).Dictionaries().Single());
    }
}
