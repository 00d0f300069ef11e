using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Web.Features;

/// <summary>Writes labels for those who may.</summary>
public sealed class LabelService(FeatureStore features, LabelStore labels, Permissions permissions, AuditLog audit)
{
    /// <summary>Gives a feature a label.</summary>
    /// <returns>False where there is no such feature.</returns>
    /// <exception cref="AccessDeniedException">The visitor is no annotator.</exception>
    /// <exception cref="ArgumentException">The text or the note is too long.</exception>
    public bool Save(ClaimsPrincipal user, string model, string name, int index, string? text, string? note)
    {
        var account = permissions.Demand(user, Role.Annotator, "label.save");
        if (features.FindDictionary(model, name) is not { } dictionary || features.FindFeature(dictionary, index) is null)
        {
            return false;
        }

        labels.Save(dictionary, index, text ?? string.Empty, note ?? string.Empty, account.Name);
        audit.Record(user, "label.save", $"{dictionary.Id}/{index}", detail: text);
        return true;
    }
}
