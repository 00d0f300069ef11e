using System.Collections;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Automata;

/// <summary>Which held-out tokens follow the token before them in the same document and the same window of the index, so that the model read both together.</summary>
internal sealed class TokenLinks
{
    private readonly BitArray _follows;

    /// <param name="index">Covers the tokens.</param>
    /// <param name="heldOut">The tokens.</param>
    /// <param name="window">Tokens of a window: the model's context.</param>
    public TokenLinks(ActivationIndex index, TokenStore heldOut, int window)
    {
        var tokens = checked((int)index.Tokens);
        _follows = new BitArray(tokens, true);
        for (var start = 0; start < tokens; start += window)
        {
            _follows[start] = false;
        }

        for (var document = 0; document < heldOut.DocumentCount && heldOut.DocumentStart(document) < tokens; document++)
        {
            _follows[(int)heldOut.DocumentStart(document)] = false;
        }

        for (var token = 0; token < tokens; token++)
        {
            Count += _follows[token] ? 1 : 0;
        }
    }

    /// <summary>Number of pairs.</summary>
    public long Count { get; }

    /// <summary>Whether a token follows the one before it.</summary>
    public bool Follows(long token) => token < _follows.Length && _follows[(int)token];
}
