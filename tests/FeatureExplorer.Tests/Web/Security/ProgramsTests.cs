using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Http;

namespace FeatureExplorer.Tests.Web.Security;

public sealed class ProgramsTests
{
    [Theory]
    [InlineData("/A/1", null, false)]
    [InlineData("/A/1", "*/*", false)]
    [InlineData("/A/1", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false)]
    [InlineData("/A/1", "text/html, application/json", false)]
    [InlineData("/imports/upload", "application/json", true)]
    [InlineData("/imports/upload", "application/json, */*;q=0.1", true)]
    [InlineData("/imports/upload", "application/problem+json", true)]
    [InlineData("/api/v1/A/1", "text/html", true)]
    public void Ask_Request_GoesByAddressAndWhatIsAccepted(string path, string? accept, bool expected)
    {
        var request = new DefaultHttpContext().Request;
        request.Path = path;
        if (accept is not null)
        {
            request.Headers.Accept = accept;
        }

        Assert.Equal(expected, Programs.Ask(request));
    }
}
