using System.Text;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Web.Endpoints.Answers;

namespace FeatureExplorer.Tests.Web.Endpoints.Answers;

public sealed class CsvTests
{
    [Theory]
    [InlineData("french", "french")]
    [InlineData("a,b \"c\"", "\"a,b \"\"c\"\"\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("\u202E=SUM(A1)", "'=SUM(A1)")]
    [InlineData("two\r\nrows", "two rows")]
    [InlineData("\t@cmd", "'@cmd")]
    public void Add_NameOfADomain_StaysInItsCellAndIsNoFormula(string name, string cell)
    {
        var csv = new Csv("domain", "after");
        csv.Add(DomainName.Of(name), 1);
        Assert.Equal($"domain,after\r\n{cell},1\r\n", Encoding.UTF8.GetString(csv.ToBytes()));
    }
}
