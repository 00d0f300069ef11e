using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Training.Imports;

/// <summary>Text in a model's tokens.</summary>
/// <param name="Corpus">The tokens.</param>
/// <param name="Id">Name of their folder.</param>
/// <param name="Other">What the text is, where it is not the model's own; otherwise null.</param>
internal sealed record ModelText(TokenizedCorpus Corpus, string Id, OtherText? Other) : IDisposable
{
    public void Dispose() => Corpus.Dispose();
}
