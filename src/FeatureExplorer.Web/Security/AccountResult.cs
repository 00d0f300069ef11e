namespace FeatureExplorer.Web.Security;

/// <summary>How an action on accounts ended.</summary>
/// <param name="Problem">Why it did not work, in a sentence for the page, or null when it did.</param>
/// <param name="Password">The password that was made, to be shown once, or null.</param>
/// <param name="MustChangePassword">The next thing to do is to choose a password.</param>
/// <param name="InName">The problem lies in the name that was written.</param>
/// <param name="Denied">The visitor may not do it, or the session has ended.</param>
public sealed record AccountResult(string? Problem = null, string? Password = null, bool MustChangePassword = false, bool InName = false, bool Denied = false)
{
    /// <summary>It worked.</summary>
    public bool Succeeded => Problem is null;
}
