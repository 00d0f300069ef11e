using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Commands;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Storage;

/// <summary>Opens the data folder that version 0.1 made (Fixtures/make_data_folder.py), and holds its numbers against what that version answered.</summary>
public sealed class DataFolderUpgradeTests : IDisposable
{
    private const string LastOf01 = "20261121060000_RunQueue";

    // What later versions answer otherwise, by the end of its path; everything else has to be equal.
    private static readonly string[] Changed =
    [
        // The index covers the first 2,000 of 2,034 tokens, which the older version called all.
        " provenance mask",
        // Counts the examples with the same token at their centre; earlier those with the same token at their largest activation.
        "/origins single ofTop",
        // A context and the domain of the same text are one entry, and domains have other titles.
        "?sort=density contexts",
        // The sentences that say how a figure came about were written anew, and say which tokens were indexed.
        " method",
        // Three digits instead of two places.
        " ablation-effect note",
        // The share of examples in which the loss rises; earlier of features in whose examples it rises on average.
        " ablation-positive value",
        " ablation-positive note",
    ];

    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    [Fact]
    public async Task Open_FolderOfVersion01_ShowsTheSameNumbers()
    {
        Unpack();
        await using var app = WebHost.Build(new WebHostOptions { Database = FeatureDatabase.Open(new DataFolder(Data)), Urls = ["http://127.0.0.1:0"] });
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
        var files = Directory.GetFiles(Path.Combine(_folder.Path, "expected"), "*.json");
        Assert.Equal(13, files.Length);
        foreach (var file in files)
        {
            var expected = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
            var path = (string)expected["path"]!;
            var differences = Differences(path, expected["answer"], JsonNode.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)))).ToList();
            Assert.True(differences.Count == 0, string.Join("\n", differences.Take(20)));
        }
    }

    [Fact]
    public void Open_FolderOfVersion01_KeepsACopyOfTheDatabase()
    {
        Unpack();
        var folder = new DataFolder(Data);
        FeatureDatabase.Open(folder);
        Assert.Equal(LastOf01, Migrations(DatabaseUpgrade.CopyOf(folder, LastOf01))[^1]);
        Assert.Equal(DatabaseUpgrade.Known, Migrations(folder.Database));
        var database = FeatureDatabase.Open(folder);
        Assert.Equal("A label", new LabelStore(database, TimeProvider.System).Current(new FeatureStore(database).FindDictionary("A", "1")!, [5])[5].Text);
    }

    [Fact]
    public void Open_AfterAKillInAMigration_GoesOn()
    {
        Unpack();
        var folder = new DataFolder(Data);
        using (var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False"))
        {
            connection.Open();
            // What the object mapper leaves when its process is killed: its lock, and a transaction that SQLite undoes.
            Execute(connection, "CREATE TABLE __EFMigrationsLock (Id INTEGER NOT NULL PRIMARY KEY, Timestamp TEXT NOT NULL)");
            Execute(connection, "INSERT INTO __EFMigrationsLock VALUES (1, '2026-01-01')");
        }

        File.WriteAllText(DatabaseUpgrade.CopyOf(folder, LastOf01) + ".tmp", "half a copy");
        FeatureDatabase.Open(folder);
        Assert.Equal(DatabaseUpgrade.Known, Migrations(folder.Database));
        Assert.Equal(LastOf01, Migrations(DatabaseUpgrade.CopyOf(folder, LastOf01))[^1]);
    }

    [Fact]
    public async Task Open_KilledAgainAndAgain_EndsWithEveryMigrationAndTheData()
    {
        Unpack();
        var folder = new DataFolder(Data);
        for (var milliseconds = 150; milliseconds < 1500; milliseconds += 150)
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, "accounts", "list", "--data", Data]) { RedirectStandardOutput = true })!;
            await Task.Delay(milliseconds);
            process.Kill();
            await process.WaitForExitAsync();
        }

        FeatureDatabase.Open(folder);
        Assert.Equal(DatabaseUpgrade.Known, Migrations(folder.Database));
        Assert.Null(DatabaseCopy.Damage(folder.Database));
        Assert.Equal(2, new AccountStore(FeatureDatabase.Open(folder)).All().Count);
    }

    public void Dispose() => _folder.Dispose();

    private void Unpack() => ZipFile.ExtractToDirectory(Path.Combine(AppContext.BaseDirectory, "Fixtures", "data-folder-0.1.zip"), _folder.Path);

    private static List<string> Migrations(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId";
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // Every number and word that the older version gave, where it gave it; later versions may give more.
    private static IEnumerable<string> Differences(string path, JsonNode? expected, JsonNode? actual)
    {
        switch (expected)
        {
            case JsonObject fields when actual is JsonObject others:
                return fields.Where(f => !Changed.Any($"{path} {f.Key}".EndsWith)).SelectMany(f => Differences($"{path} {f.Key}", f.Value, others[f.Key]));
            case JsonArray rows when actual is JsonArray others && rows.Count > 0 && rows.All(static row => row is JsonObject item && item.ContainsKey("id")):
                return rows.SelectMany(row => Differences($"{path} {row!["id"]}", row, others.FirstOrDefault(other => other is JsonObject && JsonNode.DeepEquals(other["id"], row["id"]))));
            // A search finds the same features and shows the more relevant first.
            case JsonArray found when actual is JsonArray others && found.Count == others.Count && path.StartsWith("/api/v1/search", StringComparison.Ordinal) && found.All(static f => f is JsonObject o && o.ContainsKey("id")):
                return ById(found).Zip(ById(others)).SelectMany(pair => Differences($"{path} {(string?)pair.First!["id"]}", pair.First, pair.Second));
            case JsonArray items when actual is JsonArray others && items.Count == others.Count:
                return items.SelectMany((item, i) => Differences($"{path}[{i}]", item, others[i]));
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number && actual?.GetValueKind() == JsonValueKind.Number:
                var (one, other) = ((double)number, (double)actual);
                return Math.Abs(one - other) <= 1e-6 * Math.Max(1, Math.Abs(one)) ? [] : [$"{path}: {one} is {other}"];
            default:
                return JsonNode.DeepEquals(expected, actual) ? [] : [$"{path}: {Short(expected)} is {Short(actual)}"];
        }
    }

    private static IEnumerable<JsonNode?> ById(JsonArray features) => features.OrderBy(static f => (string?)f!["id"], StringComparer.Ordinal);

    private static string Short(JsonNode? node) => node?.ToJsonString() is { } text ? text[..Math.Min(text.Length, 80)] : "null";
}
