using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Web.Features;

/// <summary>Saves contexts for annotators, and takes them away for those who may: whoever saved one, and administrators.</summary>
public sealed class SavedContextService(SavedContexts contexts, Permissions permissions, AuditLog audit)
{
    private const string Action = "context.remove";

    /// <summary>Whether a visitor is to be offered the removal; <see cref="Remove"/> checks again.</summary>
    public static bool MayRemove(ClaimsPrincipal user, SavedContext context) =>
        user.Has(Role.Admin) || (user.Has(Role.Annotator) && user.AccountName() == context.Author);

    /// <summary>Gives a context a name that everybody can use.</summary>
    /// <exception cref="ArgumentException">The name is taken or none, or the expression is no context.</exception>
    /// <exception cref="AccessDeniedException">The visitor may not.</exception>
    public SavedContext Save(ClaimsPrincipal user, string name, string expression)
    {
        var account = permissions.Demand(user, Role.Annotator, "context.save");
        var saved = contexts.Add(name, expression, account.Name);
        audit.Record(user, "context.save", saved.Name, detail: saved.Expression);
        return saved;
    }

    /// <summary>Removes a context.</summary>
    /// <returns>False where there is none of that name.</returns>
    /// <exception cref="AccessDeniedException">The visitor neither saved it nor is an administrator.</exception>
    public bool Remove(ClaimsPrincipal user, string name)
    {
        var account = permissions.Demand(user, Role.Annotator, Action);
        if (contexts.Find(name) is not { } context)
        {
            return false;
        }

        if (account.Name != context.Author && account.EffectiveRole < Role.Admin)
        {
            audit.Record(user, "refused", Action, AuditOutcome.Refused, $"{name} was saved by {context.Author}");
            throw new AccessDeniedException($"The context {name} was saved by {context.Author}: only this account or an administrator can remove it.");
        }

        var removed = contexts.Remove(name);
        audit.Record(user, Action, name, detail: context.Expression);
        return removed;
    }
}
