using System.Globalization;

namespace FeatureExplorer.Training.Configuration;

/// <summary>What a form says: the configuration that it makes, and everything that is wrong with it, one problem a field.</summary>
public sealed class RunReading
{
    private readonly IReadOnlyList<int> _rowOf;

    internal RunReading(RunConfiguration? configuration, IReadOnlyList<RunProblem> problems, IReadOnlyList<int> rowOf)
    {
        Configuration = configuration;
        Problems = problems;
        _rowOf = rowOf;
    }

    /// <summary>The configuration, or null where a value cannot even be read.</summary>
    public RunConfiguration? Configuration { get; }

    /// <summary>In the order of the form's fields.</summary>
    public IReadOnlyList<RunProblem> Problems { get; }

    /// <summary>What is wrong with a field, or null.</summary>
    public string? Problem(string field) => Problems.FirstOrDefault(p => p.Field == field)?.Message;

    /// <summary>The same with problems that the values alone do not show, such as names that are taken.</summary>
    /// <param name="problems">By the configuration's settings.</param>
    public RunReading With(IEnumerable<RunProblem> problems) =>
        new(Configuration, [.. Problems.Concat(problems.Select(p => p with { Field = InRow(p.Field, _rowOf) })).DistinctBy(static p => p.Field)], _rowOf);

    /// <summary>From the place in the configuration's list of dictionaries to the row of the form that made it.</summary>
    internal static string InRow(string field, IReadOnlyList<int> rowOf)
    {
        const string start = "dictionaries[";
        if (!field.StartsWith(start, StringComparison.Ordinal))
        {
            return field;
        }

        var end = field.IndexOf(']', StringComparison.Ordinal);
        var name = field[(end + 2)..];
        return RunForm.Field(rowOf[int.Parse(field[start.Length..end], CultureInfo.InvariantCulture)], name == "seed" ? "seeds" : name);
    }
}
