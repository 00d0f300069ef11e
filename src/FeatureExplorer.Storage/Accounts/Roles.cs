namespace FeatureExplorer.Storage.Accounts;

/// <summary>Reads roles from forms, sessions and the database. Only the names count: a number could stand for more than any role may do.</summary>
public static class Roles
{
    /// <summary>The names that are understood, for messages.</summary>
    public static string Names { get; } = string.Join(", ", Enum.GetNames<Role>());

    /// <summary>The role of a name, or null when it is no role's.</summary>
    public static Role? Parse(string? name)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            if (string.Equals(role.ToString(), name, StringComparison.OrdinalIgnoreCase))
            {
                return role;
            }
        }

        return null;
    }

    // Whoever wrote something else into the table gave no role: the account may do the least. AccountStore.ForeignRoles names it.
    internal static Role FromDatabase(string name) => Parse(name) ?? Role.Viewer;
}
