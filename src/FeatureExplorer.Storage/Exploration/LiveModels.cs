using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Exploration;

/// <summary>
/// Models and dictionaries that read text that readers type, and go on with it: loaded when they are first asked for, kept while they are used, and
/// bounded in number and size; one question is answered at a time.
/// </summary>
public sealed class LiveModels(DataFolder folder) : IDisposable
{
    /// <summary>Longest text, in characters.</summary>
    public const int LongestText = 2000;

    /// <summary>Largest weights of a dictionary that is loaded, in bytes.</summary>
    public const long LargestWeights = 160L << 20;

    private const int Kept = 4;
    private const string WeightsFile = "sae_weights.safetensors";

    private readonly Lock _gate = new();
    private readonly LinkedList<Live> _live = [];

    /// <summary>A text, read with the line ends of the model's corpus; as much of it as fits the model's window.</summary>
    /// <param name="dictionary">The dictionary, or a model's neurons.</param>
    /// <param name="text">The text.</param>
    /// <param name="without">The feature whose removal is measured, or null.</param>
    /// <param name="cancellation">Ends the wait for others' texts.</param>
    /// <exception cref="InvalidDataException">The model or the dictionary cannot be loaded; the message says why.</exception>
    public TextReading Read(DictionaryInfo dictionary, string text, int? without = null, CancellationToken cancellation = default) =>
        Ask(dictionary, runner => runner.Read(text, LongestText, without), cancellation);

    /// <summary>Asks something of a model and a dictionary that are loaded; others wait meanwhile.</summary>
    /// <exception cref="InvalidDataException">The model or the dictionary cannot be loaded; the message says why.</exception>
    public T Ask<T>(DictionaryInfo dictionary, Func<TextRunner, T> question, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(question);
        lock (_gate)
        {
            // Others' texts came first: their models may have taken a while to load.
            cancellation.ThrowIfCancellationRequested();
            return question(Load(dictionary));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var live in _live)
            {
                live.Runner.Dispose();
            }

            _live.Clear();
        }
    }

    private TextRunner Load(DictionaryInfo dictionary)
    {
        var live = _live.FirstOrDefault(l => l.Id == dictionary.Id && l.Stamp == dictionary.Stamp);
        if (live is not null)
        {
            _live.Remove(live);
            _live.AddFirst(live);
            return live.Runner;
        }

        if (!dictionary.AreNeurons)
        {
            CheckWeights(dictionary);
        }

        live = new Live(dictionary.Id, dictionary.Stamp, Open(folder, dictionary));
        _live.AddFirst(live);
        if (_live.Count > Kept)
        {
            _live.Last!.Value.Runner.Dispose();
            _live.RemoveLast();
        }

        return live.Runner;
    }

    private void CheckWeights(DictionaryInfo dictionary)
    {
        var weights = new FileInfo(Path.Combine(folder.Dictionary(dictionary), WeightsFile));
        if (!weights.Exists)
        {
            throw new InvalidDataException($"The weights of dictionary {dictionary.Id} are not on this server, so it cannot be run on new text.");
        }

        if (weights.Length > LargestWeights)
        {
            throw new InvalidDataException(
                $"The weights of {dictionary.Id} take {weights.Length >> 20} MB, more than the {LargestWeights >> 20} MB that this server loads for new text.");
        }
    }

    private static TextRunner Open(DataFolder folder, DictionaryInfo info)
    {
        var tokenizer = TokenizerFiles.Load(folder.Tokenizer(info));
        TransformerModel? model = null;
        SparseAutoencoder? dictionary = null;
        FileOrigins.DemandWhereIndexed(folder, info);
        try
        {
            model = TransformerModel.Load(folder.Model(info));
            dictionary = info.AreNeurons ? NeuronEncoder.Identity(model.Config.DMlp) : SparseAutoencoder.Load(folder.Dictionary(info));
            return new TextRunner(tokenizer, model, dictionary, LineEndOf(folder.Corpus(info.Provenance.CorpusHash)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            dictionary?.Dispose();
            model?.Dispose();
            if (e is DamagedFileException)
            {
                throw;
            }

            throw new InvalidDataException($"Dictionary {info.Id} cannot be run on new text: {e.Message}", e);
        }
    }

    /// <summary>LF where the corpus is not here: nearly all text has it.</summary>
    private static string LineEndOf(string folder)
    {
        try
        {
            using var corpus = TokenizedCorpus.Open(folder);
            return LineEnds.Of(corpus);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return "\n";
        }
    }

    private sealed record Live(string Id, long Stamp, TextRunner Runner);
}
