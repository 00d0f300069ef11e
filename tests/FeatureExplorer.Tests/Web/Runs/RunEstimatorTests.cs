using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Runs;

namespace FeatureExplorer.Tests.Web.Runs;

public sealed class RunEstimatorTests
{
    [Theory]
    [InlineData("auto", "torch:cpu", "torch:cpu")]
    [InlineData("cpu", "torch:cpu", "cpu")]
    [InlineData("auto", "auto", "cpu")]
    public async Task DeviceOf_ARun_IsTheOneThatItWouldGet(string asked, string setting, string expected)
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false, Device = setting } });

        Assert.Equal(expected, site.Service<RunEstimator>().DeviceOf(SmallRun.Configuration with { Device = asked }));
    }
}
