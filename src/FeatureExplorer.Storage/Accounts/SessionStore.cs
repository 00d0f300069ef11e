using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Accounts;

/// <summary>The table of sessions: a cookie whose session is not in it is worth nothing.</summary>
public sealed class SessionStore(FeatureDatabase database)
{
    /// <summary>Adds a session.</summary>
    public void Add(SessionInfo session)
    {
        ArgumentNullException.ThrowIfNull(session);
        using var db = database.NewContext();
        db.Sessions.Add(new SessionRow { Id = session.Id, AccountId = session.AccountId, Begun = session.Begun });
        db.SaveChanges();
    }

    /// <summary>A session and its account as it is now, or null.</summary>
    public (SessionInfo Session, AccountInfo Account)? Find(string id)
    {
        using var db = database.NewContext();
        return db.Sessions.AsNoTracking().Where(s => s.Id == id).Select(s => new { s.Begun, s.Account }).FirstOrDefault() is { } found
            ? (new SessionInfo(id, found.Account.Id, DateTime.SpecifyKind(found.Begun, DateTimeKind.Utc)), AccountStore.Info(found.Account))
            : null;
    }

    /// <summary>Removes a session.</summary>
    public void Remove(string id)
    {
        using var db = database.NewContext();
        db.Database.ExecuteSqlInterpolated($"DELETE FROM Sessions WHERE Id = {id}");
    }

    /// <summary>Removes all sessions of an account.</summary>
    public void RemoveAll(string accountId)
    {
        using var db = database.NewContext();
        db.Database.ExecuteSqlInterpolated($"DELETE FROM Sessions WHERE AccountId = {accountId}");
    }

    /// <summary>Removes the sessions that began before a moment.</summary>
    public void RemoveBefore(DateTime begun)
    {
        using var db = database.NewContext();
        db.Database.ExecuteSqlInterpolated($"DELETE FROM Sessions WHERE Begun < {begun}");
    }
}
