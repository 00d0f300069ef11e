using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Operations;
using Microsoft.Extensions.Configuration;

namespace FeatureExplorer.Tests.Web.Operations;

[Collection(AloneTests.Name)]
public sealed class ExplorerSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Defaults_AllWork() => Assert.Empty(new ExplorerOptions().Problems());

    [Fact]
    public void Read_ManyProblems_ListsThemAll()
    {
        var e = Assert.Throws<InvalidDataException>(() => Read(
            ("Access:RequireSignIn", "maybe"), ("Access:PasswordLength", "3"), ("Limits:Burst", "many"), ("Proxy:Trusted", "10.0.0.0/8, everywhere"),
            ("Telemetry:OtlpEndpoint", "here"), ("Urls", "localhost"), ("Acess:RequireSignIn", "true"), ("Fetch:Speed", "1")));
        foreach (var says in (string[])
                 [
                     "8 settings", "Access:RequireSignIn is \"maybe\"; it must be true or false", "Access:PasswordLength is 3", "Limits:Burst is \"many\"",
                     "\"everywhere\"", "Telemetry:OtlpEndpoint is \"here\"", "\"localhost\"", "Acess is no setting", "Fetch:Speed is no setting",
                 ])
        {
            Assert.Contains(says, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Load_FromFileEnvironmentAndCommandLine_TheLaterWins()
    {
        File.WriteAllText(
            Path.Combine(_folder.Path, ExplorerSettings.FileName),
            """{ "Limits": { "Burst": 50, "RequestsPerSecond": 60 }, "Access": { "SessionHours": 2 }, "Logging": { "LogLevel": { "Default": "Warning" } } }""");
        Environment.SetEnvironmentVariable("FEATUREEXPLORER_Limits__RequestsPerSecond", "70");
        Environment.SetEnvironmentVariable("FEATUREEXPLORER_Limits__SignInsPerMinute", "80");
        try
        {
            var settings = ExplorerSettings.Load([new("Data", _folder.Path), new("Limits:SignInsPerMinute", "90"), new("Urls", null)]);
            Assert.Equal(new LimitOptions { Burst = 50, RequestsPerSecond = 70, SignInsPerMinute = 90 }, settings.Limits);
            Assert.Equal(2, settings.Access.SessionHours);
            Assert.Equal(_folder.Path, settings.Data);
        }
        finally
        {
            Environment.SetEnvironmentVariable("FEATUREEXPLORER_Limits__RequestsPerSecond", null);
            Environment.SetEnvironmentVariable("FEATUREEXPLORER_Limits__SignInsPerMinute", null);
        }
    }

    [Fact]
    public void Load_DamagedFile_IsNamed()
    {
        File.WriteAllText(Path.Combine(_folder.Path, ExplorerSettings.FileName), "{ \"Access\": ");
        var e = Assert.Throws<InvalidDataException>(() => ExplorerSettings.Load([new("Data", _folder.Path)]));
        Assert.Contains(_folder.Path, e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static ExplorerOptions Read(params (string Key, string? Value)[] settings) =>
        ExplorerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build());
}
