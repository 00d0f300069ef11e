namespace FeatureExplorer.Web.Operations;

/// <summary>Who gets in.</summary>
public sealed record AccessOptions
{
    /// <summary>Reading needs an account too.</summary>
    public bool RequireSignIn { get; init; }

    /// <summary>Hours without a request after which a session ends.</summary>
    public double SessionHours { get; init; } = 12;

    /// <summary>Hours after which a session ends, used or not.</summary>
    public double SessionMaxHours { get; init; } = 24 * 7;

    /// <summary>Wrong passwords in a row after which an account is locked for the address that they came from.</summary>
    public int LockoutAttempts { get; init; } = 5;

    /// <summary>How long it stays locked.</summary>
    public double LockoutMinutes { get; init; } = 10;

    /// <summary>Shortest password.</summary>
    public int PasswordLength { get; init; } = 12;

    internal IEnumerable<string> Problems() =>
    [
        .. SettingRange.Check("Access:SessionHours", SessionHours, 0.1, 24 * 90),
        .. SettingRange.Check("Access:SessionMaxHours", SessionMaxHours, 0.1, 24 * 365),
        .. SettingRange.Check("Access:LockoutAttempts", LockoutAttempts, 1, 100),
        .. SettingRange.Check("Access:LockoutMinutes", LockoutMinutes, 0.1, 60 * 24),
        .. SettingRange.Check("Access:PasswordLength", PasswordLength, 8, 128),
    ];
}
