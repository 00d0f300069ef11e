using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Security.Administration;

namespace FeatureExplorer.Web.Components.AccountParts;

/// <summary>Accounts in words: what roles and states mean, and what a change does.</summary>
public static class AccountWords
{
    /// <summary>A state, for a row.</summary>
    public static string Of(AccountState state) => state switch
    {
        AccountState.Pending => "has to choose a password",
        AccountState.Locked => "locked for some addresses",
        _ => Urls.Word(state),
    };

    /// <summary>What a role may do, in a sentence.</summary>
    public static string May(Role role) => role switch
    {
        Role.Admin => "Reads, writes labels and contexts, starts runs, adds corpora and manages accounts.",
        Role.Annotator => "Reads, and writes labels and contexts.",
        _ => "Reads.",
    };

    /// <summary>Why the last administrator stays one.</summary>
    public static string Last(string name) => $"{name} is the last administrator: make somebody else one first.";

    /// <summary>What an act does, a sentence each.</summary>
    /// <param name="act">The act.</param>
    /// <param name="name">Name of the account.</param>
    /// <param name="own">It is the account of whoever acts.</param>
    public static IEnumerable<string> Effects(AccountAct act, string name, bool own)
    {
        switch (act)
        {
            case AccountAct.Password:
                yield return $"A new password is made and shown once. Tell it to {name}, who has to choose another at the next sign-in and can only read until then.";
                yield return "The old password no longer works, and locks after wrong passwords are lifted.";
                break;
            case AccountAct.Disable:
                yield return $"{name} can no longer sign in.";
                yield return "Labels, contexts and runs of the account stay.";
                break;
            case AccountAct.Enable:
                yield return $"{name} can sign in again, with the same password as before.";
                break;
        }

        if (act != AccountAct.Enable)
        {
            yield return own ? "This is your own account: all of its sessions end, also this one." : "All sessions of the account end.";
        }
    }
}
