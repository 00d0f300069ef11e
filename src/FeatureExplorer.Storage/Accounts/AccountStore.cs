using FeatureExplorer.Storage.Database;
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

    /// <summary>Accounts whose role in the table is none of the list, with what is written there; they may do the least. Somebody else wrote that.</summary>
    public IReadOnlyList<(string Name, string Role)> ForeignRoles()
    {
        using var db = database.NewContext();
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "SELECT UserName, CAST(Role AS TEXT) FROM Accounts ORDER BY NormalizedUserName";
        using var reader = command.ExecuteReader();
        var found = new List<(string, string)>();
        while (reader.Read())
        {
            if (EnumWords.Parse<Role>(reader.GetString(1)) is null)
            {
                found.Add((reader.GetString(0), reader.GetString(1)));
            }
        }

        return found;
    }

    /// <summary>What is wrong with one of <see cref="ForeignRoles"/>, and what to do.</summary>
    public static string ForeignRole(string written) =>
        $"the database gives it the role \"{written}\"; there are {string.Join(", ", Enum.GetNames<Role>())}. Until an administrator chooses one for it, it may do the least.";

    internal static AccountInfo Info(Account account) => new(
        account.Id, account.UserName!, account.Role, account.EffectiveRole, account.Disabled, account.MustChangePassword,
        DateTime.SpecifyKind(account.Created, DateTimeKind.Utc), account.SecurityStamp!);
}
