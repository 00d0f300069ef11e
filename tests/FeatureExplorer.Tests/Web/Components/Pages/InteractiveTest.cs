using Bunit;
using FeatureExplorer.Web.Components.Plots;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace FeatureExplorer.Tests.Web.Components.Pages;

/// <summary>A page with a connection, without a browser: every call of script is answered with nothing.</summary>
public abstract class InteractiveTest : BunitContext, IAsyncLifetime
{
    protected InteractiveTest()
    {
        DefaultWaitTimeout = TimeSpan.FromSeconds(30);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddScoped<AddressBar>();
    }

    /// <summary>Renders a page beside what its layout has for menus and lists. Services are to be registered before.</summary>
    protected IRenderedComponent<T> Open<T>(Action<ComponentParameterCollectionBuilder<T>> parameters)
        where T : IComponent
    {
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        Render<MudPopoverProvider>();
        return Render(parameters);
    }

    public virtual Task InitializeAsync() => Task.CompletedTask;

    // MudBlazor's services can only be disposed of asynchronously; xUnit 2 does so only through this interface, before it calls Dispose.
    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();
}
