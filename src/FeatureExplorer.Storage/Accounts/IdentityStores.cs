using FeatureExplorer.Storage.Database;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Storage.Accounts;

/// <summary>Puts Identity's accounts into the database of the data folder.</summary>
public static class IdentityStores
{
    /// <summary>Adds the stores that the user manager works with; the context lives as long as the scope.</summary>
    public static IdentityBuilder AddFeatureStores(this IdentityBuilder identity)
    {
        identity.Services.AddScoped(services => services.GetRequiredService<FeatureDatabase>().NewContext());
        return identity.AddEntityFrameworkStores<FeatureDb>();
    }
}
