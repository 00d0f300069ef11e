using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Entities;
using FeatureExplorer.Storage.Features;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Exploration;

/// <summary>The contexts that people have named. Callers decide who may add one.</summary>
public sealed class SavedContexts(FeatureDatabase database, FeatureStore store, TimeProvider time)
{
    /// <summary>Longest name, in characters.</summary>
    public const int LongestName = 40;

    private static readonly string[] Reserved = ["and", "or", "not"];

    /// <summary>All, by name.</summary>
    public IReadOnlyList<SavedContext> All()
    {
        using var db = database.NewContext();
        return [.. db.SavedContexts.AsNoTracking().ToList().Select(Read).OrderBy(static c => c.Name, NaturalOrder.Names)];
    }

    /// <summary>The context of a name, or null.</summary>
    public SavedContext? Find(string name)
    {
        using var db = database.NewContext();
        return db.SavedContexts.AsNoTracking().Where(c => c.Name == name).ToList().Select(Read).FirstOrDefault();
    }

    /// <summary>Saves a context; it must have been tried on a corpus before.</summary>
    /// <exception cref="ArgumentException">The name is taken or none; the message says what to do.</exception>
    /// <exception cref="ContextExpressionException">The expression is none.</exception>
    public SavedContext Add(string name, string expression, string author)
    {
        ArgumentException.ThrowIfNullOrEmpty(author);
        CheckName(name);
        _ = ContextExpression.Parse(expression);
        if (Find(name) is { } taken)
        {
            throw new ArgumentException($"There is already a context \"{name}\": {taken.Expression}. Choose another name.", nameof(name));
        }

        if (store.Dictionaries().Any(d => d.FindContext(name) is not null))
        {
            throw new ArgumentException($"\"{name}\" is a context that came with a corpus. Choose another name.", nameof(name));
        }

        using var db = database.NewContext();
        var row = new SavedContextRow { Name = name, Expression = expression, Author = author, Created = time.GetUtcNow().UtcDateTime };
        db.SavedContexts.Add(row);
        try
        {
            db.SaveChanges();
        }
        catch (DbUpdateException e)
        {
            throw new ArgumentException($"Somebody has just saved a context \"{name}\". Choose another name.", nameof(name), e);
        }

        return Read(row);
    }

    /// <summary>Takes a context away; false when there is none of that name.</summary>
    public bool Remove(string name)
    {
        using var db = database.NewContext();
        var row = db.SavedContexts.FirstOrDefault(c => c.Name == name);
        if (row is null)
        {
            return false;
        }

        db.SavedContexts.Remove(row);
        db.SaveChanges();
        return true;
    }

    private static void CheckName(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > LongestName || !char.IsAsciiLetterLower(name[0])
            || !name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_') || Reserved.Contains(name))
        {
            throw new ArgumentException(
                $"The name \"{name}\" cannot be part of an address: use 1 to {LongestName} small letters, digits, '-' or '_', beginning with a letter, and none of {string.Join(", ", Reserved)}.",
                nameof(name));
        }
    }

    private static SavedContext Read(SavedContextRow row) =>
        new(row.Name, row.Expression, row.Author, DateTime.SpecifyKind(row.Created, DateTimeKind.Utc));
}
