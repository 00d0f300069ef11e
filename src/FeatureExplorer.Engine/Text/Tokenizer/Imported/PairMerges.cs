namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>(left, right) → the rank of their merge and the id that it makes. Open addressing, at most half full.</summary>
internal sealed class PairMerges
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int None = int.MaxValue;

    private readonly ulong[] _pairs;
    private readonly int[] _ranks;
    private readonly int[] _ids;
    private readonly int _shift;

    /// <param name="merges">In the order of their ranks. Of a pair that is there twice the last counts.</param>
    public PairMerges(IReadOnlyList<(int Left, int Right, int Id)> merges)
    {
        InOrder = [.. merges];
        var bits = 4;
        while (1L << bits < merges.Count * 2L)
        {
            bits++;
        }

        _pairs = new ulong[1 << bits];
        _ranks = new int[1 << bits];
        _ids = new int[1 << bits];
        _shift = 64 - bits;
        Array.Fill(_ranks, None);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right, id) = merges[rank];
            var slot = Slot(Pair(left, right));
            (_pairs[slot], _ranks[slot], _ids[slot]) = (Pair(left, right), rank, id);
        }
    }

    /// <summary>All merges, by rank.</summary>
    public (int Left, int Right, int Id)[] InOrder { get; }

    /// <summary>The rank of the merge, or <see cref="None"/>.</summary>
    public int Find(int left, int right, out int id)
    {
        var slot = Slot(Pair(left, right));
        id = _ids[slot];
        return _ranks[slot];
    }

    private int Slot(ulong pair)
    {
        var slot = (int)((pair * 0x9E3779B97F4A7C15) >> _shift);
        while (_ranks[slot] != None && _pairs[slot] != pair)
        {
            slot = (slot + 1) & (_pairs.Length - 1);
        }

        return slot;
    }

    private static ulong Pair(int left, int right) => ((ulong)left << 32) | (uint)right;
}
