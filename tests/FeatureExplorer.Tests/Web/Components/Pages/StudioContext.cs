using System.Security.Claims;
using Bunit;
using FeatureExplorer.Storage.Accounts;
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
    private readonly AccountSite _site;
    private ClaimsPrincipal _user = new();

    private protected StudioContext(ExplorerOptions? settings = null) =>
        _site = new AccountSite(settings ?? AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });

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
        await Prepare();
    }

    // MudBlazor's services can only be disposed of asynchronously; xUnit 2 does so only through this interface, before it calls Dispose.
    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _site.DisposeAsync();
    }

    /// <summary>What a test needs before the first page is rendered.</summary>
    private protected virtual Task Prepare() => Task.CompletedTask;

    /// <summary>From here on the visitor is signed in with a new account of a role.</summary>
    private protected async Task SignIn(Role role) => _user = await _site.User(role);

    private protected ClaimsPrincipal User => _user;
}
