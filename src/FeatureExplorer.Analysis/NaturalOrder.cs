namespace FeatureExplorer.Analysis;

/// <summary>Names in the order in which people look for them: numbers in them by their value, G/2 before G/10, and the rest by character. Names that differ in leading zeros alone come shortest first.</summary>
public sealed class NaturalOrder : IComparer<string>
{
    private NaturalOrder()
    {
    }

    /// <summary>The order.</summary>
    public static NaturalOrder Names { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var (i, j) = (0, 0);
        while (i < x.Length && j < y.Length)
        {
            var order = char.IsAsciiDigit(x[i]) && char.IsAsciiDigit(y[j]) ? CompareNumbers(Number(x, ref i), Number(y, ref j)) : x[i++].CompareTo(y[j++]);
            if (order != 0)
            {
                return order;
            }
        }

        var rest = (x.Length - i) - (y.Length - j);
        return rest != 0 ? rest : x.Length != y.Length ? x.Length - y.Length : string.CompareOrdinal(x, y);
    }

    private static ReadOnlySpan<char> Number(string text, ref int at)
    {
        var from = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text.AsSpan(from, at - from).TrimStart('0');
    }

    // Without leading zeros, the longer number is the larger one.
    private static int CompareNumbers(ReadOnlySpan<char> one, ReadOnlySpan<char> other) => one.Length != other.Length ? one.Length - other.Length : one.SequenceCompareTo(other);
}
