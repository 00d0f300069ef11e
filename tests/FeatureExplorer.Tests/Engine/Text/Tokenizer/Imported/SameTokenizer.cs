using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Text.Tokenizer.Imported;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>That two tokenizers are the same, told apart by what their hash is made of.</summary>
internal static class SameTokenizer
{
    public static void Check(ImportedTokenizer expected, ITokenizer actual)
    {
        var read = Assert.IsType<ImportedTokenizer>(actual);
        Assert.Equal(TokenizerHash.Rules(expected), TokenizerHash.Rules(read));
        Assert.Equal(expected.ModelSpellings.All.Starts, read.ModelSpellings.All.Starts);
        Assert.Equal(expected.ModelSpellings.All.Bytes, read.ModelSpellings.All.Bytes);
        Assert.Equal(expected.Model.Merges.InOrder, read.Model.Merges.InOrder);
        Assert.Equal(expected.Hash, read.Hash);
    }
}
