using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

/// <summary>An untrained model and a stream of random tokens in a temporary folder.</summary>
internal sealed class SmallModel : IDisposable
{
    public const int Vocabulary = 50;
    public const int Window = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("small-model-").FullName;

    public SmallModel(int tokens, int? start = null)
    {
        Model = TransformerModel.Create(new TransformerConfig { VocabularySize = Vocabulary, DModel = 12, DMlp = 20, Heads = 2, Context = Window, StartToken = start }, seed: 1);
        var random = new Random(1);
        Tokens = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(Vocabulary))];
        var (tokenFile, documentFile) = (Path.Combine(_folder, "tokens"), Path.Combine(_folder, "documents"));
        using (var writer = new TokenStoreWriter(tokenFile, documentFile, Vocabulary))
        {
            writer.Begin(-1, "random"u8);
            writer.Write(Tokens);
            writer.Complete();
        }

        Store = TokenStore.Open(tokenFile, documentFile, Vocabulary, []);
    }

    public TransformerModel Model { get; }

    public int[] Tokens { get; }

    public TokenStore Store { get; }

    public void Dispose()
    {
        Model.Dispose();
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
