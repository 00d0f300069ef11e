using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Storage.Folder;

/// <summary>Compares every file of a data folder that numbers come from with its checksums, and with what it was made from.</summary>
public static class FolderCheck
{
    /// <summary>What was found of a file.</summary>
    public enum State
    {
        /// <summary>It is as it was written.</summary>
        Whole,

        /// <summary>It has no checksums; it passes every check that its kind allows.</summary>
        WithoutChecksum,

        /// <summary>The same, and it has been given checksums.</summary>
        Recorded,

        /// <summary>It is not what was written, is missing, or belongs to something else.</summary>
        Damaged,
    }

    /// <summary>One file.</summary>
    /// <param name="File">Path within the data folder.</param>
    /// <param name="State">What was found.</param>
    /// <param name="Why">How damage was noticed; empty for others.</param>
    public sealed record Finding(string File, State State, string Why = "");

    /// <summary>Looks at all files; each is named once.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="record">Whether files without checksums get them.</param>
    /// <param name="cancellation">Stops it between files.</param>
    public static IEnumerable<Finding> Run(DataFolder folder, bool record = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var findings = DatabaseProblem(folder).Concat(Files(folder, record, cancellation)).Concat(Origins(folder, cancellation)).ToList();
        // A file that has its own checksums may still belong to something else, and several checks may tell of one file.
        var damaged = findings.Where(static finding => finding.State == State.Damaged).Select(static finding => finding.File).ToHashSet(StringComparer.Ordinal);
        return findings.Where(finding => finding.State == State.Damaged || !damaged.Contains(finding.File)).DistinctBy(static finding => finding.File, StringComparer.Ordinal);
    }

    private static IEnumerable<Finding> DatabaseProblem(DataFolder folder)
    {
        var problem = string.Empty;
        try
        {
            FeatureDatabase.Check(folder);
            problem = File.Exists(folder.Database) && DatabaseCopy.Damage(folder.Database) is not null ? "SQLite finds it damaged" : problem;
        }
        catch (InvalidDataException exception)
        {
            problem = exception.Message;
        }

        return problem.Length == 0 ? [] : [Damaged(folder, folder.Database, problem)];
    }

    private static IEnumerable<Finding> Files(DataFolder folder, bool record, CancellationToken cancellation)
    {
        foreach (var file in DataFiles.All(folder))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Of(folder, file, record) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private static Finding? Of(DataFolder folder, string file, bool record)
    {
        try
        {
            if (Checksums.Verify(file))
            {
                return Name(folder, file, State.Whole);
            }

            if (record)
            {
                DataFiles.Record(file);
                return Name(folder, file, State.Recorded);
            }

            DataFiles.Check(file);
            return Name(folder, file, State.WithoutChecksum);
        }
        catch (DamagedFileException damage)
        {
            return Damaged(folder, damage.FilePath, damage.Why);
        }
        catch (InvalidDataException exception)
        {
            return Damaged(folder, file, exception.Message);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // a run has replaced it meanwhile
        }
    }

    private static IEnumerable<Finding> Origins(DataFolder folder, CancellationToken cancellation)
    {
        var published = PublishedRecords.Read(folder).Where(static dictionary => dictionary.Source is null).ToList();
        foreach (var dictionary in published)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Problem(folder.Index(dictionary), folder, () => FileOrigins.Demand(folder, dictionary)) is { } problem)
            {
                yield return problem;
            }
        }

        foreach (var corpus in published.Select(static dictionary => dictionary.Provenance.CorpusHash).Distinct())
        {
            cancellation.ThrowIfCancellationRequested();
            if (Problem(Path.Combine(folder.Corpus(corpus), "corpus.json"), folder, () => CheckCorpus(folder, corpus)) is { } problem)
            {
                yield return problem;
            }
        }
    }

    private static void CheckCorpus(DataFolder folder, string hash)
    {
        using (var corpus = TokenizedCorpus.Open(folder.Corpus(hash)))
        {
            corpus.CheckHash();
        }

        if (Directory.Exists(folder.Contexts(hash)))
        {
            using var contexts = ContextSet.Open(folder.Contexts(hash));
            contexts.CheckMembers();
        }
    }

    private static Finding? Problem(string file, DataFolder folder, Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (DamagedFileException damage)
        {
            return Damaged(folder, damage.FilePath, damage.Why);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Damaged(folder, file, "it is missing");
        }
        catch (InvalidDataException exception)
        {
            return Damaged(folder, file, exception.Message);
        }
    }

    private static Finding Damaged(DataFolder folder, string file, string why) => Name(folder, file, State.Damaged) with { Why = why };

    private static Finding Name(DataFolder folder, string file, State state) => new(Path.GetRelativePath(folder.Root, file), state);
}
