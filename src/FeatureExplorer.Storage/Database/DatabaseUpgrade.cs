using System.Diagnostics;
using System.Reflection;
using FeatureExplorer.Storage.Folder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureExplorer.Storage.Database;

/// <summary>
/// Brings a database to this version's tables. A database that has something in it is copied first; one process at a time does it. A process that is killed
/// meanwhile leaves whole migrations behind: the next start goes on after the last of them.
/// </summary>
internal static class DatabaseUpgrade
{
    private const string LockName = "upgrade.lock";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The migrations of this version, in their order. Read from their attributes: the object mapper's own list takes a large part of the program's start.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. typeof(FeatureDb).Assembly.GetTypes().Select(static type => type.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>().Order(StringComparer.Ordinal),
    ];

    /// <summary>Applies the migrations that a database has not seen.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="open">Gives a context.</param>
    /// <exception cref="InvalidDataException">The file is no database of this program, or of a newer version.</exception>
    /// <exception cref="IOException">Another process is at it for minutes, or the disk has no room for the copy.</exception>
    public static void Apply(DataFolder folder, Func<FeatureDb> open)
    {
        if (DatabaseCheck.Seen(folder, Known).Count == Known.Count)
        {
            return;
        }

        using var held = Hold(folder);
        var seen = DatabaseCheck.Seen(folder, Known);
        if (seen.Count == Known.Count)
        {
            return;
        }

        if (seen.Count > 0)
        {
            Keep(folder, seen[^1]);
        }

        using var db = open();
        // Whoever held the object mapper's own lock was killed: this process holds ours.
        db.Database.ExecuteSqlRaw("DROP TABLE IF EXISTS __EFMigrationsLock");
        db.Database.Migrate();
    }

    /// <summary>Where the database is kept as it was when a migration was its last.</summary>
    public static string CopyOf(DataFolder folder, string migration) => Path.Combine(folder.Root, $"featureexplorer-{migration}.db");

    private static void Keep(DataFolder folder, string migration)
    {
        var copy = CopyOf(folder, migration);
        if (File.Exists(copy))
        {
            return;
        }

        var partial = copy + ".tmp";
        File.Delete(partial);
        DatabaseCopy.Copy(folder.Database, partial);
        File.Move(partial, copy);
    }

    private static FileStream Hold(DataFolder folder)
    {
        for (var begun = Stopwatch.GetTimestamp(); ;)
        {
            if (LockFile.TryOpen(folder.Root, LockName) is { } held)
            {
                return held;
            }

            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new IOException($"Another process has been changing the tables of {folder.Database} for {Patience.TotalMinutes:0} minutes: end it, then try again.");
            }

            Thread.Sleep(100);
        }
    }
}
