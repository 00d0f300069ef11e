using System.Security.Claims;
using Bunit;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace FeatureExplorer.Tests.Web.Components.Pages;

/// <summary>Pages with a connection, without a browser: the services are those of a real server, and every call of script is answered with nothing.</summary>
public abstract class StudioContext : BunitContext, IAsyncLifetime
{
    private readonly TemporaryFolder _outside = new();
    private readonly AccountSite _site;
    private ClaimsPrincipal _user = new();

    /// <param name="settings">From a folder beside the data folder; nothing is trained by default.</param>
    private protected StudioContext(Func<string, ExplorerOptions>? settings = null) =>
        _site = new AccountSite(settings?.Invoke(_outside.Path) ?? AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });

    /// <summary>A folder beside the data folder.</summary>
    private protected string Outside => _outside.Path;

    private protected AccountSite Site => _site;

    public async Task InitializeAsync()
    {
        await _site.InitializeAsync();
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddFallbackServiceProvider(_site.App.Services);
        Services.AddSingleton(_site.Service<IAuthorizationService>());
        Services.AddSingleton(_site.Service<IAuthorizationPolicyProvider>());
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        RenderTree.TryAdd<CascadingValue<Task<AuthenticationState>>>(parameters => parameters.Add(p => p.Value, Task.FromResult(new AuthenticationState(_user))));
        Render<MudPopoverProvider>();
    }

    // MudBlazor's services can only be disposed of asynchronously; xUnit 2 does so only through this interface, before it calls Dispose.
    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _site.DisposeAsync();
        _outside.Dispose();
    }

    /// <summary>From here on the visitor is signed in with a new account of a role.</summary>
    private protected async Task SignIn(Role role) => _user = await _site.User(role);

    private protected ClaimsPrincipal User => _user;
}
