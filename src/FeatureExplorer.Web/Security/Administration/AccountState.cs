namespace FeatureExplorer.Web.Security.Administration;

/// <summary>Whether somebody can sign in with an account.</summary>
public enum AccountState
{
    /// <summary>Yes.</summary>
    Active,

    /// <summary>Yes, to choose a password: the one it has was made by an administrator.</summary>
    Pending,

    /// <summary>Not from some addresses, after too many wrong passwords.</summary>
    Locked,

    /// <summary>No: an administrator has disabled it.</summary>
    Disabled,
}
