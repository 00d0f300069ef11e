using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security.Administration;
using FeatureExplorer.Web.Security.SignIns;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security;

/// <summary>Registers accounts, sessions, policies, and the keys that cookies are signed with.</summary>
public static class AccessServices
{
    // What is recommended in 2023 and later for PBKDF2 with SHA-512.
    private const int HashIterations = 210_000;

    /// <summary>Different characters that a password has at least.</summary>
    internal const int DifferentCharacters = 4;

    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions access, DataFolder folder)
    {
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        services.AddAccountManager(access);
        services.ConfigureApplicationCookie(cookie =>
        {
            cookie.Cookie.Name = "featureexplorer-session";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(access.SessionHours);
            cookie.SlidingExpiration = true;
            cookie.EventsType = typeof(SessionEvents);
        });
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "featureexplorer-form";
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddAuthorization(options => Policies.Add(options, access.RequireSignIn));
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, SessionRevalidation>();
        services.AddScoped<CircuitHandler, CircuitAddress>();
        services.AddDataProtection().SetApplicationName("FeatureExplorer").PersistKeysToFileSystem(Keys(folder));
        services.AddHttpContextAccessor();
        services.AddSingleton<SetupToken>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<RefusalFolding>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RecordedRefusals>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<SignInAttempts>();
        services.AddSingleton<PasswordCheck>();
        services.AddHostedService<AccessUpkeep>();
        services.AddSingleton<Permissions>();
        services.AddSingleton<LabelService>();
        services.AddSingleton<SavedContextService>();
        services.AddScoped<SessionEvents>();
        services.AddScoped<SignInService>();
        services.AddScoped<AccountService>();
        services.AddScoped<AccountListing>();
        services.AddSingleton<AccountActs>();
        return services;
    }

    /// <summary>What creates accounts and changes them; the command line needs no more.</summary>
    internal static IServiceCollection AddAccountManager(this IServiceCollection services, AccessOptions access)
    {
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = HashIterations);
        services.AddIdentityCore<Account>(identity =>
        {
            // Length is what makes a password strong; rules about kinds of characters make people write it down.
            identity.Password = new PasswordOptions
            {
                RequiredLength = access.PasswordLength,
                RequiredUniqueChars = DifferentCharacters,
                RequireDigit = false,
                RequireLowercase = false,
                RequireUppercase = false,
                RequireNonAlphanumeric = false,
            };
            // AccountName says which, in any script.
            identity.User.AllowedUserNameCharacters = string.Empty;
            identity.ClaimsIdentity.SecurityStampClaimType = UserClaims.Stamp;
        }).AddErrorDescriber<PasswordWords>().AddFeatureStores().AddSignInManager().AddClaimsPrincipalFactory<AccountClaims>();
        return services;
    }

    // Nobody else on the machine may read them: who has the keys can forge sessions.
    private static DirectoryInfo Keys(DataFolder folder)
    {
        var path = Path.Combine(folder.Root, "keys");
        return OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
