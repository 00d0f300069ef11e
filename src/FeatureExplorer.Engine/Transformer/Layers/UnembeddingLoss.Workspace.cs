using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <content>A thread's memory.</content>
internal sealed unsafe partial class UnembeddingLoss
{
    // Of a thread's logits, beyond which losses are computed with fewer panels at a time.
    private const long MostLogitBytes = 64 << 20;

    /// <summary>Panels whose logits a thread holds at once where no gradient is wanted.</summary>
    internal static int PanelsFor(int vocabulary) => (int)Math.Clamp(MostLogitBytes / ((long)vocabulary * Lane * sizeof(float)), 1, PanelsPerBlock);

    /// <summary>Where things lie in a thread's scratch.</summary>
    private readonly struct Workspace(float* start, int width)
    {
        /// <summary>Of each token of the block.</summary>
        public readonly float* Max = start;

        public readonly float* Sum = start + BlockTokens;

        public readonly float* Losses = start + (2 * BlockTokens);

        public readonly float* Factor = start + (3 * BlockTokens);

        /// <summary>Some rows of the logits of two panels.</summary>
        public readonly float* PackedA = start + (4 * BlockTokens);

        /// <summary>dxᵀ, a panel [width, 48] after the other.</summary>
        public readonly float* Transposed = start + (36 * BlockTokens);

        /// <summary>x, packed.</summary>
        public readonly float* PackedB = start + ((36 + (nint)width) * BlockTokens);

        /// <summary>x times its factor, packed; the last panel may be wider than its columns.</summary>
        public readonly float* Scaled = start + ((36 + (2 * (nint)width)) * BlockTokens);

        /// <summary>A panel [V, 48] after the other.</summary>
        public readonly float* Logits = start + ((36 + (3 * (nint)width) + MatrixProduct.TileColumns) * BlockTokens);

        public static long Length(int vocabulary, int width, int panels) =>
            ((36 + (3L * width) + MatrixProduct.TileColumns) * BlockTokens) + ((long)vocabulary * panels * Lane);
    }
}
