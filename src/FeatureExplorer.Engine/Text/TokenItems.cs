using System.Runtime.CompilerServices;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Text;

/// <summary>Tokens of a split, for reading one by one, best in ascending order: see <see cref="CheckedItems{T}"/>.</summary>
public ref struct TokenItems
{
    private readonly bool _isWide;
    private CheckedItems<ushort> _narrow;
    private CheckedItems<int> _wide;

    internal TokenItems(CheckedFile file, long offset, long count, TokenWidth width)
    {
        _isWide = width.IsWide;
        _narrow = new CheckedItems<ushort>(file, offset, count);
        _wide = new CheckedItems<int>(file, offset, count);
    }

    /// <summary>The id at a position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It lies outside the split.</exception>
    /// <exception cref="DamagedFileException">Its block is not what was written.</exception>
    public int this[long position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _isWide ? _wide[position] : _narrow[position];
    }
}
