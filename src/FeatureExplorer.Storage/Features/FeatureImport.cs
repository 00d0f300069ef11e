using System.Runtime.InteropServices;
using System.Text;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Verdicts;
using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Storage.Features;

/// <summary>Writes features by prepared commands: about twenty times as fast as tracked entities.</summary>
internal sealed class FeatureImport : IDisposable
{
    private readonly Func<IReadOnlyList<int>, string> _text;
    private readonly SqliteCommand _row;
    private readonly SqliteCommand _detail;

    public FeatureImport(SqliteConnection connection, long dictionary, Func<IReadOnlyList<int>, string> text)
    {
        _text = text;
        _row = Prepare(
            connection,
            """
            INSERT INTO Features (DictionaryId, "Index", State, Density, Max, Mean, BestContext, BestScore, TopTokens, TopLogits, Shape, SearchText)
            VALUES (@dictionary, @index, @state, @density, @max, @mean, @context, @score, @tokens, @logits, @shape, @search)
            """,
            "@index", "@state", "@density", "@max", "@mean", "@context", "@score", "@tokens", "@logits", "@shape", "@search");
        _detail = Prepare(
            connection,
            """INSERT INTO FeatureDetails (DictionaryId, "Index", Report) VALUES (@dictionary, @index, @report)""",
            "@index", "@report");
        _row.Parameters.AddWithValue("@dictionary", dictionary);
        _detail.Parameters.AddWithValue("@dictionary", dictionary);
    }

    /// <summary>Writes one feature within the transaction.</summary>
    public void Add(FeatureReport report, byte[] packed, SqliteTransaction transaction)
    {
        int[] tokens = [.. report.Top.Select(e => e.Tokens[e.Centre]).Distinct().Take(FeatureNameFacts.MostTokens)];
        int[] logits = [.. report.Logits.Top.Take(FeatureNameFacts.MostTokens).Select(t => t.Token)];
        Set(_row, "@index", report.Index);
        Set(_row, "@state", report.State.ToString());
        Set(_row, "@density", report.Density);
        Set(_row, "@max", (double)report.Max);
        // The database has no column for "not known"; readers get it back from the dictionary.
        Set(_row, "@mean", double.IsFinite(report.Mean) ? report.Mean : 0);
        Set(_row, "@context", (object?)report.BestContext?.Context ?? DBNull.Value);
        Set(_row, "@score", (object?)report.BestContext?.Pearson ?? DBNull.Value);
        Set(_row, "@tokens", MemoryMarshal.AsBytes<int>(tokens).ToArray());
        Set(_row, "@logits", MemoryMarshal.AsBytes<int>(logits).ToArray());
        Set(_row, "@shape", Shape(report.Histogram));
        Set(_row, "@search", SearchText(report));
        Run(_row, transaction);
        Set(_detail, "@index", report.Index);
        Set(_detail, "@report", packed);
        Run(_detail, transaction);
    }

    public void Dispose()
    {
        _row.Dispose();
        _detail.Dispose();
    }

    /// <summary>Bar heights of a histogram on a logarithmic scale, 255 for the tallest; a bar that is not empty is never 0.</summary>
    internal static byte[] Shape(Histogram histogram)
    {
        var tallest = histogram.Counts.Count > 0 ? Math.Log(1 + histogram.Counts.Max()) : 0;
        return [.. histogram.Counts.Select(c => c == 0 ? (byte)0 : (byte)Math.Max(1, Math.Round(255 * Math.Log(1 + c) / tallest)))];
    }

    private string SearchText(FeatureReport report)
    {
        var text = new StringBuilder();
        foreach (var logit in report.Logits.Top)
        {
            text.Append(_text([logit.Token])).Append('\n');
        }

        foreach (var example in report.Top)
        {
            text.Append(_text(example.Tokens)).Append('\n');
        }

        return text.ToString().ToLowerInvariant();
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    private static void Set(SqliteCommand command, string parameter, object value) => command.Parameters[parameter].Value = value;

    private static void Run(SqliteCommand command, SqliteTransaction transaction)
    {
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }
}
