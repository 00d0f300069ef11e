using Bunit;
using Bunit.TestDoubles;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Runs;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using MudBlazor.Services;

namespace FeatureExplorer.Tests.Web.Components.RunViews;

/// <summary>Components about runs in a page with a connection: the services are those of a real server.</summary>
public abstract class RunViewContext : BunitContext, IAsyncLifetime
{
    private readonly AccountSite _site = new(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });

    private BunitAuthorizationContext? _visitor;

    internal AccountSite Site => _site;

    internal RunStore Store => _site.Service<RunStore>();

    public async Task InitializeAsync()
    {
        await _site.InitializeAsync();
        Services.AddMudServices();
        Services.AddFallbackServiceProvider(_site.App.Services);
        JSInterop.Mode = JSRuntimeMode.Loose;
        _visitor = AddAuthorization();
        _visitor.SetAuthorized("boss");
        _visitor.SetRoles("Admin");
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        Render<MudPopoverProvider>();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _site.DisposeAsync();
    }

    /// <summary>Somebody who may only read.</summary>
    internal void BecomeViewer() => _visitor!.SetRoles("Viewer");

    /// <summary>A run in a state, of a model of its own.</summary>
    internal RunInfo Run(RunStatus status, string model = "A", string? error = null)
    {
        var run = Store.Add("custom", RunConfigurationJson.Write(SmallRun.Configuration with { Model = model }));
        if (status != RunStatus.Queued)
        {
            Store.Move(run.Id, RunMove.Start);
            Store.Report(run.Id, "Training the transformer", 0.25, "loss 4.1");
        }

        if (status is not (RunStatus.Queued or RunStatus.Running))
        {
            Store.End(run.Id, status, error);
        }

        return Store.Find(run.Id)!;
    }

    /// <summary>The runs that are there, as lists show them.</summary>
    internal IReadOnlyList<RunItem> Items() => _site.Service<RunListing>().Latest();
}
