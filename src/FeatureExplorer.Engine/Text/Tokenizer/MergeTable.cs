namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>(left, right) → the id that the pair merges into; merges of lower ids go first. Open addressing, at most half full.</summary>
internal sealed class MergeTable
{
    private readonly uint[] _pairs;
    private readonly int[] _ids;
    private readonly int _shift;

    /// <param name="merges">Merge k makes the id 257 + k.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right)> merges)
    {
        var bits = 4;
        while (1 << bits < merges.Count * 2)
        {
            bits++;
        }

        _pairs = new uint[1 << bits];
        _ids = new int[1 << bits];
        _shift = 32 - bits;
        for (var k = 0; k < merges.Count; k++)
        {
            Add(Pair(merges[k].Left, merges[k].Right), ByteLevelTokenizer.FirstMerge + k);
        }
    }

    /// <summary>The merged id, or 0 when the pair does not merge.</summary>
    public int Find(int left, int right)
    {
        var pair = Pair(left, right);
        for (var slot = Slot(pair); ; slot = (slot + 1) & (_pairs.Length - 1))
        {
            if (_ids[slot] == 0 || _pairs[slot] == pair)
            {
                return _ids[slot];
            }
        }
    }

    private void Add(uint pair, int id)
    {
        var slot = Slot(pair);
        while (_ids[slot] != 0)
        {
            slot = (slot + 1) & (_pairs.Length - 1);
        }

        _pairs[slot] = pair;
        _ids[slot] = id;
    }

    private int Slot(uint pair) => (int)((pair * 0x9E3779B1) >> _shift);

    /// <summary>A pair in 32 bits: a vocabulary that is learnt here has at most 65,536 ids.</summary>
    private static uint Pair(int left, int right) => ((uint)left << 16) | (uint)right;
}
