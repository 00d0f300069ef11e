using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security.SignIns;

/// <summary>What is wrong with a new password, in sentences for its form.</summary>
internal sealed class PasswordWords : IdentityErrorDescriber
{
    // The framework also calls spaces alone too short, however many they are.
    public override IdentityError PasswordTooShort(int length) => new()
    {
        Code = nameof(PasswordTooShort),
        Description = $"Choose a password of at least {length} characters, not of spaces alone.",
    };

    public override IdentityError PasswordRequiresUniqueChars(int uniqueChars) => new()
    {
        Code = nameof(PasswordRequiresUniqueChars),
        Description = $"Use at least {uniqueChars} different characters.",
    };
}
