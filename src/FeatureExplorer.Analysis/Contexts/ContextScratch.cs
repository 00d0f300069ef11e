using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>A thread's memory for one block of tokens while contexts are built.</summary>
internal sealed unsafe class ContextScratch(ITokenizer tokenizer, TokenStore heldOut, int blockTokens) : IDisposable
{
    private FloatBuffer? _ratios;

    public ScriptMembership Scripts { get; } = new(tokenizer, heldOut);

    public byte[] ScriptOf { get; } = new byte[blockTokens];

    public Half[] Row { get; } = new Half[blockTokens];

    public ulong[] Members { get; } = new ulong[blockTokens];

    /// <summary>[blockTokens, stride]</summary>
    public float* Ratios(StringRatios ratios)
    {
        var length = (long)blockTokens * ratios.Stride;
        if (_ratios is null || _ratios.Length < length)
        {
            _ratios?.Dispose();
            _ratios = new FloatBuffer(length);
        }

        return _ratios.Pointer;
    }

    public void Dispose() => _ratios?.Dispose();
}
