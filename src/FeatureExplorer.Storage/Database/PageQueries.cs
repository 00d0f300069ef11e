using FeatureExplorer.Storage.Entities;
using FeatureExplorer.Storage.Labels;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Database;

/// <summary>What every feature page asks for: compiled once, because to find a query again by its expression takes as long as SQLite's answer.</summary>
internal static class PageQueries
{
    /// <summary>Id of the published dictionary of a name in a model, or null.</summary>
    public static readonly Func<FeatureDb, string, string, long?> Dictionary = EF.CompileQuery((FeatureDb db, string model, string name) =>
        db.Dictionaries.Where(d => d.Status == DictionaryStatus.Ready && d.Model!.Name == model && d.Name == name).Select(d => (long?)d.Id).FirstOrDefault());

    /// <summary>A feature's report, packed, or null.</summary>
    public static readonly Func<FeatureDb, long, int, byte[]?> Report = EF.CompileQuery((FeatureDb db, long dictionary, int index) =>
        db.FeatureDetails.Where(f => f.DictionaryId == dictionary && f.Index == index).Select(f => f.Report).FirstOrDefault());

    /// <summary>A feature's ablation, packed, or null.</summary>
    public static readonly Func<FeatureDb, long, int, byte[]?> Ablation = EF.CompileQuery((FeatureDb db, long dictionary, int index) =>
        db.Ablations.Where(a => a.DictionaryId == dictionary && a.Index == index).Select(a => a.Report).FirstOrDefault());

    /// <summary>Index of the feature before one, or null.</summary>
    public static readonly Func<FeatureDb, long, int, int?> Previous = EF.CompileQuery((FeatureDb db, long dictionary, int index) =>
        db.Features.Where(f => f.DictionaryId == dictionary && f.Index < index).OrderByDescending(f => f.Index).Select(f => (int?)f.Index).FirstOrDefault());

    /// <summary>Index of the feature after one, or null.</summary>
    public static readonly Func<FeatureDb, long, int, int?> Next = EF.CompileQuery((FeatureDb db, long dictionary, int index) =>
        db.Features.Where(f => f.DictionaryId == dictionary && f.Index > index).OrderBy(f => f.Index).Select(f => (int?)f.Index).FirstOrDefault());

    /// <summary>A unit's relations, packed, in no order.</summary>
    public static readonly Func<FeatureDb, long, int, IEnumerable<Related>> Relations = EF.CompileQuery((FeatureDb db, long dictionary, int index) =>
        db.Relations.Where(r => r.LeftId == dictionary && r.Index == index && r.Right!.Status == DictionaryStatus.Ready)
            .Select(r => new Related(r.Right!.Model!.Name, r.Right.Name, r.Data)));

    /// <summary>The versions of a feature's label, newest first.</summary>
    public static readonly Func<FeatureDb, string, string, int, IEnumerable<LabelRow>> Labels =
        EF.CompileQuery((FeatureDb db, string model, string dictionary, int index) => db.Labels.AsNoTracking()
            .Where(l => l.Model == model && l.Dictionary == dictionary && l.Index == index).OrderByDescending(l => l.Id).Take(LabelStore.HistoryShown));

    /// <summary>Relations to one dictionary.</summary>
    internal sealed record Related(string Model, string Name, byte[] Data);
}
