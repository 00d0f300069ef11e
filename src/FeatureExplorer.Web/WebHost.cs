using System.Text.Encodings.Web;
using System.Text.Unicode;
using FeatureExplorer.Storage;
using FeatureExplorer.Training.Synthetic;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Components.Theme;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints;
using FeatureExplorer.Web.Endpoints.Description;
using FeatureExplorer.Web.Exports;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Imports;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Operations.Pages;
using FeatureExplorer.Web.Runs;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.Forms;
using Microsoft.Extensions.WebEncoders;
using MudBlazor.Services;

namespace FeatureExplorer.Web;

/// <summary>Puts the server together: services, middleware, endpoints.</summary>
public static class WebHost
{
    private const int LongestRequestLine = 64 * 1024;

    /// <summary>A server that is ready to run.</summary>
    public static WebApplication Build(WebHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(WebHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        // In the source tree the packages' own files lie in the package folder; a published program has them in its web root.
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // An address that is too long is refused with a sentence, by the check of its parameters.
            kestrel.Limits.MaxRequestLineSize = LongestRequestLine;
        });
        builder.AddOperations(options.Settings, options.Database.Folder);
        // Why a start failed is told by the one who started it, in a sentence; the host would print a stack trace before.
        var started = false;
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Information && (started || level != LogLevel.Error));
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddMudServices();
        builder.Services.AddSingleton<ThemeCss>();
        builder.Services.AddScoped<AddressBar>();

        // Letters of all scripts as they are: escaped, a page of examples is twice as long. Markup is escaped all the same.
        builder.Services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        builder.Services.AddAddressCheck();
        builder.Services.AddProblemDetails();
        ApiDescription.Add(builder.Services);
        builder.Services.AddExceptionHandler<ApiFailures>();
        builder.Services.AddFeatureStorage(options.Database);
        builder.Services.AddAccess(options.Settings.Access, options.Database.Folder);
        builder.Services.AddRateLimits(options.Settings.Limits);
        builder.Services.AddReading();
        builder.Services.AddSingleton<UnitPairs>();
        builder.Services.AddSingleton<FeatureReader>();
        builder.Services.AddExports();
        builder.Services.AddSingleton<SyntheticReports>();
        builder.Services.AddSingleton(options.Settings.Limits);
        builder.Services.AddSingleton<PageCache>();
        builder.Services.AddHostedService<DamageWatch>();
        builder.Services.AddSingleton<ComputingPlaces>();
        builder.Services.AddTraining(options.Settings, options.Demo);
        options.Services?.Invoke(builder.Services);

        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => started = true);
        app.UseHeadRequests();
        app.UseTrustedProxies(options.Settings.Proxy);
        app.UseSecurityHeaders(options.Settings.Access.RequireSignIn);
        app.UseExceptionHandler(Failures.Options);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseWhen(static context => Programs.Ask(context.Request), static api => api.UseStatusCodePages(ApiFailures.TellStatus));
        app.UseReadingOfErrorPages();
        app.UseShortDatabaseWaits();
        app.UseRouting();
        app.UseStudioPolicy();
        app.UsePackageCaching();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAddressCheck();
        app.UseFormPosts();
        app.UseSizeLimits();
        app.UseWriteProtection();
        app.UseFormReading();
        app.UseAntiforgery();
        app.UseMiddleware<PageDelivery>();
        app.UseMiddleware<ComputedAnswers>();
        app.MapStaticAssets(Path.Combine(AppContext.BaseDirectory, "FeatureExplorer.Web.staticwebassets.endpoints.json")).AllowAnonymous();
        app.MapHealth();
        app.MapTheme();
        app.MapAccounts();
        app.MapReproduction();
        app.MapSynthetic();
        app.MapLabels();
        app.MapSavedContexts();
        ApiDescription.Map(app);
        app.MapRandomFeature();
        app.MapApi();
        app.MapRelations();
        app.MapSteering();
        app.MapCompare();
        app.MapSystems();
        app.MapLogits();
        app.MapImages();
        app.MapDownloads();
        app.MapExports();
        app.MapEmbeds();
        app.MapCharts();
        app.MapRuns();
        app.MapCorpora(options.Settings.Fetch);
        app.MapImports(options.Settings.Fetch);
        app.MapPages();
        return app;
    }
}
