using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Features;

/// <summary>What holds of a dictionary's features taken together: stored with it, or counted once from its reports where it was published before that.</summary>
public sealed class SurveyStore(FeatureDatabase database)
{
    private const int Chunk = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, DictionarySurvey> _counted = [];

    /// <summary>The survey of a published dictionary; counting takes about a millisecond a feature.</summary>
    public DictionarySurvey Of(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        if (dictionary.Survey is { } stored)
        {
            return stored;
        }

        lock (_gate)
        {
            if (!_counted.TryGetValue(dictionary.Stamp, out var survey))
            {
                survey = Count(dictionary.Stamp);
                _counted.Add(dictionary.Stamp, survey);
            }

            return survey;
        }
    }

    private DictionarySurvey Count(long stamp)
    {
        var builder = new SurveyBuilder();
        using var db = database.NewContext();
        var packed = db.FeatureDetails.AsNoTracking().Where(f => f.DictionaryId == stamp).OrderBy(f => f.Index).Select(f => f.Report).AsEnumerable();
        foreach (var chunk in packed.Chunk(Chunk))
        {
            var reports = new FeatureReport[chunk.Length];
            Parallel.For(0, chunk.Length, i => reports[i] = FeatureReportFormat.Unpack(chunk[i]));
            foreach (var report in reports)
            {
                builder.Add(report);
            }
        }

        return builder.Build();
    }
}
