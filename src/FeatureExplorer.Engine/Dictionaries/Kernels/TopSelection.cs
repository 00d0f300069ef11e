namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>The largest entries of lists, by selection instead of sorting: linear time, and the same result for any number of threads.</summary>
internal static unsafe class TopSelection
{
    // Between two cuts a list grows by at least so many entries, so that a cut's cost is spread over them.
    private const int LeastGrowth = 64;

    /// <summary>How long a list may grow before it is cut to <paramref name="keep"/> entries.</summary>
    public static int LongestList(int keep) => (int)Math.Min(int.MaxValue / 2, keep + (long)Math.Max(keep, LeastGrowth));

    /// <summary>Leaves the <paramref name="keep"/> largest entries of a longer list, in their order; of equal ones the first. Returns the smallest kept.</summary>
    /// <param name="list">The list.</param>
    /// <param name="keep">At least 1, at most the list's length.</param>
    /// <param name="sorting">Room for the list's values.</param>
    public static float Cut(ref SparseRow list, int keep, Span<float> sorting)
    {
        new ReadOnlySpan<float>(list.Values, list.Count).CopyTo(sorting);
        var least = KthLargest(sorting[..list.Count], keep);
        var ties = keep;
        for (var k = 0; k < list.Count; k++)
        {
            ties -= list.Values[k] > least ? 1 : 0;
        }

        CutAt(ref list, least, ref ties);
        return least;
    }

    /// <summary>Leaves the entries above <paramref name="least"/>, and the first <paramref name="ties"/> that equal it, which are taken off the number.</summary>
    public static void CutAt(ref SparseRow list, float least, ref int ties)
    {
        var count = 0;
        for (var k = 0; k < list.Count; k++)
        {
            var value = list.Values[k];
            if (value > least || (value == least && ties-- > 0))
            {
                list.Values[count] = value;
                list.Features[count++] = list.Features[k];
            }
        }

        ties = Math.Max(0, ties);
        list.Count = count;
    }

    /// <summary>The k-th largest value, counted from 1 (Hoare's selection); puts the values in another order.</summary>
    public static float KthLargest(Span<float> values, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, values.Length);
        var (low, high, target) = (0, values.Length - 1, k - 1);
        while (low < high)
        {
            var pivot = Middle(values[low], values[low + ((high - low) / 2)], values[high]);
            var (i, j) = (low, high);
            while (i <= j)
            {
                while (values[i] > pivot)
                {
                    i++;
                }

                while (values[j] < pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }

            if (target <= j)
            {
                high = j;
            }
            else if (target >= i)
            {
                low = i;
            }
            else
            {
                break;
            }
        }

        return values[target];
    }

    private static float Middle(float a, float b, float c) => MathF.Max(MathF.Min(a, b), MathF.Min(MathF.Max(a, b), c));
}
