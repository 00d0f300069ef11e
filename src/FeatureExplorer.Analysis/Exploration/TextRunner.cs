using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>A model and a dictionary on it, ready to run on any text; both are disposed with it. One text at a time.</summary>
public sealed class TextRunner : IDisposable
{
    private readonly ByteLevelTokenizer _tokenizer;
    private readonly TransformerModel _model;
    private readonly SparseAutoencoder _dictionary;
    private readonly string _lineEnd;
    private readonly ModelFeatureEncoder _encoder;
    private readonly SparseActivations _rows = new();

    /// <param name="tokenizer">The model's.</param>
    /// <param name="model">The model.</param>
    /// <param name="dictionary">A dictionary on one of its sites.</param>
    /// <param name="lineEnd">The line ends of the text that the model was trained on.</param>
    /// <exception cref="ArgumentException">The two do not belong together.</exception>
    public TextRunner(ByteLevelTokenizer tokenizer, TransformerModel model, SparseAutoencoder dictionary, string lineEnd)
    {
        (_tokenizer, _model, _dictionary, _lineEnd) = (tokenizer, model, dictionary, lineEnd);
        _encoder = new ModelFeatureEncoder(model, dictionary, maxWindows: 1);
    }

    /// <summary>All active features of a text, as much of it as fits the model's window.</summary>
    /// <param name="text">The text, with any line ends.</param>
    /// <param name="longest">Most characters of it.</param>
    public TextActivations Activations(string text, int longest)
    {
        text = LineEnds.Replace(text, _lineEnd);
        var ids = _tokenizer.Encode(text.Length > longest ? text[..longest] : text);
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
