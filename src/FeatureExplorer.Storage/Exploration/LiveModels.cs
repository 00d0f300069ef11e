using FeatureExplorer.Analysis.Exploration;
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
/// Models and dictionaries that run on text which readers type: loaded when they are first asked for, kept while they are used, and
/// bounded in number and size; one text is run at a time.
/// </summary>
public sealed class LiveModels(DataFolder folder) : IDisposable
{
    /// <summary>Longest text, in characters.</summary>
    public const int LongestText = 2000;

    /// <summary>Largest weights of a dictionary that is loaded, in bytes.</summary>
    public const long LargestWeights = 160L << 20;

    private const int Kept = 2;
    private const string WeightsFile = "sae_weights.safetensors";

    private readonly Lock _gate = new();
    private readonly LinkedList<Live> _live = [];

    /// <summary>All active features of a text, read with the line ends of the model's corpus; as much of it as fits the model's window.</summary>
    /// <exception cref="InvalidDataException">The model or the dictionary cannot be loaded; the message says why.</exception>
    public TextActivations Activations(DictionaryInfo dictionary, string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(text);
        lock (_gate)
        {
            // Others' texts came first: their models may have taken a while to load.
            cancellation.ThrowIfCancellationRequested();
            return Load(dictionary).Activations(text, LongestText);
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

        var weights = new FileInfo(Path.Combine(folder.Dictionary(dictionary), WeightsFile));
        if (!weights.Exists)
        {
            throw new InvalidDataException($"Dictionary {dictionary.Id} has no weights here: it cannot be run on new text.");
        }

        if (weights.Length > LargestWeights)
        {
            throw new InvalidDataException(
                $"The weights of {dictionary.Id} take {weights.Length >> 20} MB, more than the {LargestWeights >> 20} MB that this server loads for new text.");
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

    private static TextRunner Open(DataFolder folder, DictionaryInfo info)
    {
        var tokenizer = ByteLevelTokenizer.Load(folder.Tokenizer(info));
        TransformerModel? model = null;
        SparseAutoencoder? dictionary = null;
        FileOrigins.DemandWhereIndexed(folder, info);
        try
        {
            model = TransformerModel.Load(folder.Model(info));
            dictionary = SparseAutoencoder.Load(folder.Dictionary(info));
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
