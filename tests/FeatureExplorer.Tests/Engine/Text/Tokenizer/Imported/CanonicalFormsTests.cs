using FeatureExplorer.Engine.Text.Tokenizer.Imported;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>Cases of Unicode Standard Annex 15 and of NormalizationTest.txt; many more go through the tokenizer that composes characters, on fuzzed texts.</summary>
public sealed class CanonicalFormsTests
{
    [Theory]
    [InlineData("0065 0301", "00E9")]
    [InlineData("00E9", "00E9")]
    [InlineData("0073 0307 0323", "1E69")]
    [InlineData("0071 0307 0323", "0071 0323 0307")]
    [InlineData("1E0B 0323", "1E0D 0307")]
    [InlineData("212B", "00C5")]
    [InlineData("2126", "03A9")]
    [InlineData("0344", "0308 0301")]
    [InlineData("0958", "0915 093C")]
    [InlineData("0061 0315 0300 05AE 0062", "00E0 05AE 0315 0062")]
    [InlineData("1100 1161 11A8", "AC01")]
    [InlineData("AC00 11A8", "AC01")]
    [InlineData("AC00 11A7", "AC00 11A7")]
    [InlineData("1100 AC00", "1100 AC00")]
    [InlineData("0F71 0F72 0F74", "0F71 0F72 0F74")]
    [InlineData("0F73", "0F71 0F72")]
    [InlineData("1D15E", "1D157 1D165")]
    [InlineData("11099 110BA", "1109A")]
    [InlineData("FB1D", "05D9 05B4")]
    [InlineData("2F800", "4E3D")]
    public void Compose_KnownCases_GivesTheirComposedForm(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', CanonicalForms.Instance.Compose([.. text.Split(' ').Select(static code => Convert.ToInt32(code, 16))]).Select(static code => code.ToString("X4", System.Globalization.CultureInfo.InvariantCulture))));
}
