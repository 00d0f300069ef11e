using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Accounts;

/// <summary>Reads accounts as they are now. Changes go through Identity's user manager.</summary>
public sealed class AccountStore(FeatureDatabase database)
{
    /// <summary>All accounts, by name.</summary>
    public IReadOnlyList<AccountInfo> All()
    {
        using var db = database.NewContext();
        return [.. db.Users.AsNoTracking().OrderBy(a => a.NormalizedUserName).ToList().Select(Info)];
    }

    /// <summary>The account of an id, or null.</summary>
    public AccountInfo? Find(string id)
    {
        using var db = database.NewContext();
        return db.Users.AsNoTracking().FirstOrDefault(a => a.Id == id) is { } account ? Info(account) : null;
    }

    /// <summary>True once there is an administrator: the set-up is over.</summary>
    public bool HasAdministrator()
    {
        using var db = database.NewContext();
        return db.Users.Any(a => a.Role == Role.Admin);
    }

    /// <summary>True when another account than this one is an administrator who may sign in.</summary>
    public bool HasAdministratorBeside(string id)
    {
        using var db = database.NewContext();
        return db.Users.Any(a => a.Role == Role.Admin && !a.Disabled && a.Id != id);
    }

    private static AccountInfo Info(Account account) => new(
        account.Id, account.UserName!, account.Role, account.EffectiveRole, account.Disabled, account.MustChangePassword, account.LockoutEnd,
        DateTime.SpecifyKind(account.Created, DateTimeKind.Utc), account.SecurityStamp!);
}
