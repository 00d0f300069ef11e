namespace FeatureExplorer.Web.Components.AccountParts;

/// <summary>What an administrator does with an account.</summary>
public enum AccountAct
{
    /// <summary>Give it another role.</summary>
    Role,

    /// <summary>Give it a new password.</summary>
    Password,

    /// <summary>Let nobody sign in with it.</summary>
    Disable,

    /// <summary>Let its owner in again.</summary>
    Enable,
}
