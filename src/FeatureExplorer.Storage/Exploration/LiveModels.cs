using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Exploration;

/// <summary>
/// Runs models on text that readers type. Models and dictionaries are loaded when they are first asked for, kept while they are used, and
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
            var live = Load(dictionary);
            text = LineEnds.Replace(text, live.LineEnd);
            return live.Activations(text.Length > LongestText ? text[..LongestText] : text);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var live in _live)
            {
                live.Dispose();
            }

            _live.Clear();
        }
    }

    private Live Load(DictionaryInfo dictionary)
    {
        var live = _live.FirstOrDefault(l => l.Id == dictionary.Id && l.Stamp == dictionary.Stamp);
        if (live is not null)
        {
            _live.Remove(live);
            _live.AddFirst(live);
            return live;
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

        live = Live.Open(folder, dictionary);
        _live.AddFirst(live);
        if (_live.Count > Kept)
        {
            _live.Last!.Value.Dispose();
            _live.RemoveLast();
        }

        return live;
    }

    /// <summary>A model and a dictionary on it, ready to run.</summary>
    private sealed class Live : IDisposable
    {
        private readonly ByteLevelTokenizer _tokenizer;
        private readonly Transformer _model;
        private readonly SparseAutoencoder _dictionary;
        private readonly ModelFeatureEncoder _encoder;
        private readonly SparseActivations _rows = new();

        private Live(DictionaryInfo info, string lineEnd, ByteLevelTokenizer tokenizer, Transformer model, SparseAutoencoder dictionary)
        {
            (Id, Stamp, LineEnd) = (info.Id, info.Stamp, lineEnd);
            (_tokenizer, _model, _dictionary) = (tokenizer, model, dictionary);
            _encoder = new ModelFeatureEncoder(model, dictionary, maxWindows: 1);
        }

        public string Id { get; }

        public long Stamp { get; }

        public string LineEnd { get; }

        public static Live Open(DataFolder folder, DictionaryInfo info)
        {
            var tokenizer = ByteLevelTokenizer.Load(folder.Tokenizer(info));
            Transformer? model = null;
            SparseAutoencoder? dictionary = null;
            try
            {
                model = Transformer.Load(folder.Model(info));
                dictionary = SparseAutoencoder.Load(folder.Dictionary(info));
                return new Live(info, LineEndOf(folder.Corpus(info.Provenance.CorpusHash)), tokenizer, model, dictionary);
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

        public TextActivations Activations(string text)
        {
            var ids = _tokenizer.Encode(text);
            ushort[] tokens = [ByteLevelTokenizer.EndOfText, .. ids.Take(_encoder.Window - 1)];
            _encoder.Encode(tokens, 1, tokens.Length, _rows);
            var features = new IReadOnlyList<TextActivations.Active>[tokens.Length];
            for (var row = 0; row < tokens.Length; row++)
            {
                features[row] = [.. Enumerable.Range(_rows.RowStart[row], _rows.RowStart[row + 1] - _rows.RowStart[row])
                    .Select(entry => new TextActivations.Active(_rows.Features[entry], _rows.Values[entry]))
                    .OrderByDescending(static active => active.Activation).ThenBy(static active => active.Feature)];
            }

            return new TextActivations([.. tokens.Select(static t => (int)t)], features, ids.Length + 1 - tokens.Length);
        }

        public void Dispose()
        {
            _encoder.Dispose();
            _dictionary.Dispose();
            _model.Dispose();
        }
    }
}
