namespace FeatureExplorer.Storage.Accounts;

/// <summary>How an action that was recorded ended.</summary>
public enum AuditOutcome
{
    Done,

    /// <summary>It was not allowed.</summary>
    Refused,

    /// <summary>It was allowed and did not work.</summary>
    Failed,
}
