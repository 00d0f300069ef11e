namespace FeatureExplorer.Web.Security.SignIns;

/// <summary>What became of an attempt before its password is compared.</summary>
public enum AttemptState
{
    /// <summary>It is counted and may be compared.</summary>
    Allowed,

    /// <summary>The account is locked for this address.</summary>
    Locked,

    /// <summary>So many addresses try this account that it would have to wait too long.</summary>
    Crowded,
}
