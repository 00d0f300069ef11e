using Bunit;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Components.Cards;

namespace FeatureExplorer.Tests.Web.Components.Cards;

public sealed class OriginNoteTests : BunitContext
{
    [Fact]
    public void Note_OfAnImportedDictionary_ShowsItsFileWhatItClaimsAndWhatWasAssumed()
    {
        var origin = new DictionaryOrigin("SAELens", "jumprelu", "layer_3/sae_weights.safetensors", new string('a', 64))
        {
            ModelName = "<b>gpt2</b>",
            Hook = "blocks.3.hook_resid_post",
            L0 = 71.2,
            L0Source = "cfg.json",
            Notes = ["Decoder rows have lengths from 0.5 to 2."],
            Warnings = ["Its L0 is 30 here."],
        };

        var shown = Render<OriginNote>(parameters => parameters.Add(note => note.Origin, origin).Add(note => note.L0, 30.4));

        var text = string.Join(' ', shown.Nodes.Select(static node => node.TextContent));
        Assert.Contains("Imported from SAELens, jumprelu: layer_3/sae_weights.safetensors, SHA-256 aaaaaaaaaaaa", text, StringComparison.Ordinal);
        Assert.Contains("They claim an L0 of 71.2 (cfg.json); measured here: 30.4", text, StringComparison.Ordinal);
        Assert.Contains("<b>gpt2</b>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>gpt2", shown.Markup, StringComparison.Ordinal);
        Assert.Equal("Its L0 is 30 here.", shown.Find("strong").TextContent);
        Assert.Equal("Decoder rows have lengths from 0.5 to 2.", shown.Find("li").TextContent);
    }
}
