using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Kernels;

/// <summary>The lists of active features against plain loops in double precision, by the screened product (rows padded to 16 floats) and by the other.</summary>
public sealed unsafe class EncoderProductTests : IDisposable
{
    private const int Inputs = 70;
    private const int Features = 700;
    private const int Rows = 37;

    // A value so close to its limit may fall on either side: single precision cannot tell.
    private const double Undecided = 1e-4;

    private readonly FloatBuffer _x = DictionarySamples.Normal(Rows * Inputs, 1);
    private readonly FloatBuffer _w = DictionarySamples.Normal(Features * Inputs, 2);
    private readonly FloatBuffer _b = DictionarySamples.Normal(Features, 3);

    public static TheoryData<int> Strides => [Screened, 81];

    private const int Screened = 80;

    public void Dispose()
    {
        _x.Dispose();
        _w.Dispose();
        _b.Dispose();
    }

    [Theory]
    [MemberData(nameof(Strides))]
    public void Encode_FewActive_ListsEveryFeatureAboveZero(int stride)
    {
        Shift(-22);
        var lists = Encode(stride, out var product);
        using var _ = product;
        Assert.InRange(lists.Average(static list => list.Count), 2, 30);
        AssertLists(lists, Products(), static (value, _, _) => value > 0);
    }

    [Theory]
    [MemberData(nameof(Strides))]
    public void Encode_HalfActive_ListsEveryFeatureAboveZero(int stride)
    {
        var lists = Encode(stride, out var product);
        using var _ = product;
        Assert.InRange(lists.Average(static list => list.Count), 300, 400);
        AssertLists(lists, Products(), static (value, _, _) => value > 0);
    }

    [Theory]
    [MemberData(nameof(Strides))]
    public void Encode_InputsOfVeryDifferentSize_MissesNothing(int stride)
    {
        Shift(-22);
        for (var row = 0; row < Rows; row++)
        {
            // Rounded to the largest element's scale, the others are worth little.
            _x.Span()[(row * Inputs) + row] *= 2000;
        }

        _w.Span().Slice(40 * Inputs, Inputs).Clear();
        _x.Span().Slice(3 * Inputs, Inputs).Clear();
        var lists = Encode(stride, out var product);
        using var _ = product;
        AssertLists(lists, Products(), static (value, _, _) => value > 0);
    }

    [Theory]
    [MemberData(nameof(Strides))]
    public void Encode_LimitsAndFloor_HoldForEveryFeature(int stride)
    {
        var limits = Enumerable.Range(0, Features).Select(static feature => 5f + (feature % 30)).ToArray();
        var lists = Encode(stride, out var product, limits, floor: 20);
        using var _ = product;
        AssertLists(lists, Products(), (value, feature, _) => value > Math.Max(20, limits[feature]));
    }

    [Theory]
    [InlineData(Screened, 1)]
    [InlineData(Screened, 10)]
    [InlineData(Screened, 100)]
    [InlineData(81, 10)]
    public void Encode_KeepTheLargest_KeepsExactlyThose(int stride, int keep)
    {
        var lists = Encode(stride, out var product, keep: keep);
        using var _ = product;
        var products = Products();
        var least = products.Select(row => row.Order().ElementAt(Features - keep)).ToArray();
        Assert.All(lists, list => Assert.Equal(keep, list.Count));
        AssertLists(lists, products, (value, _, row) => value >= least[row]);
    }

    [Theory]
    [MemberData(nameof(Strides))]
    public void Encode_ChosenFeatures_ListsPlacesAmongThem(int stride)
    {
        Shift(-12);
        var chosen = Enumerable.Range(0, 333).Select(static i => (2 * i) + 1).ToArray();
        using var padded = Padded(_w, Features, stride);
        using var x = Padded(_x, Rows, stride);
        using var product = new EncoderProduct(Inputs, Features);
        product.PackChosen(padded.Pointer, stride, _b.Pointer, chosen);
        product.Prepare();

        var lists = Copy(product.Encode(0, x.Pointer, stride, Rows));

        var products = Products().Select(row => chosen.Select(feature => row[feature]).ToArray()).ToArray();
        AssertLists(lists, products, static (value, _, _) => value > 0);
    }

    [Fact]
    public void Encode_NewWeights_ReplacesTheOldOnes()
    {
        Shift(-22);
        using var padded = Padded(_w, Features, Screened);
        using var x = Padded(_x, Rows, Screened);
        using var product = new EncoderProduct(Inputs, Features);
        product.Pack(padded.Pointer, Screened, _b.Pointer);
        System.Numerics.Tensors.TensorPrimitives.Negate(_w.Span(), _w.Span());
        System.Numerics.Tensors.TensorPrimitives.Negate(padded.Span(), padded.Span());
        product.Pack(padded.Pointer, Screened, _b.Pointer);
        product.Prepare();

        AssertLists(Copy(product.Encode(0, x.Pointer, Screened, Rows)), Products(), static (value, _, _) => value > 0);
    }

    private void Shift(float by) => System.Numerics.Tensors.TensorPrimitives.Add(_b.Span(), by, _b.Span());

    private List<(int Feature, float Value)>[] Encode(int stride, out EncoderProduct product, float[]? limits = null, int keep = int.MaxValue, float floor = 0)
    {
        using var padded = Padded(_w, Features, stride);
        using var x = Padded(_x, Rows, stride);
        product = new EncoderProduct(Inputs, Features);
        product.Pack(padded.Pointer, stride, _b.Pointer, limits);
        product.Prepare();
        return Copy(product.Encode(0, x.Pointer, stride, Rows, keep, floor));
    }

    private static List<(int Feature, float Value)>[] Copy(ReadOnlySpan<SparseRow> lists)
    {
        var copies = new List<(int, float)>[lists.Length];
        for (var row = 0; row < copies.Length; row++)
        {
            copies[row] = [];
            for (var k = 0; k < lists[row].Count; k++)
            {
                copies[row].Add((lists[row].Features[k], lists[row].Values[k]));
            }
        }

        return copies;
    }

    private static FloatBuffer Padded(FloatBuffer source, int rows, int stride)
    {
        var padded = new FloatBuffer((long)rows * stride);
        for (var row = 0; row < rows; row++)
        {
            source.Span(row * Inputs, Inputs).CopyTo(padded.Span(row * stride, Inputs));
        }

        return padded;
    }

    private double[][] Products() =>
        [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, Features).Select(feature =>
            _b.Span()[feature] + Enumerable.Range(0, Inputs).Sum(k => (double)_w.Span()[(feature * Inputs) + k] * _x.Span()[(row * Inputs) + k])).ToArray())];

    private static void AssertLists(List<(int Feature, float Value)>[] lists, double[][] products, Func<double, int, int, bool> belongs)
    {
        Assert.Equal(products.Length, lists.Length);
        for (var row = 0; row < lists.Length; row++)
        {
            Assert.Equal(lists[row].Select(static entry => entry.Feature).Order(), lists[row].Select(static entry => entry.Feature));
            var listed = lists[row].ToDictionary();
            for (var feature = 0; feature < products[row].Length; feature++)
            {
                var value = products[row][feature];
                var scale = Undecided * Math.Max(1, Math.Abs(value));
                if (listed.TryGetValue(feature, out var found))
                {
                    Assert.True(belongs(value + scale, feature, row), $"row {row}, feature {feature}: {value}");
                    Assert.Equal(value, found, scale);
                }
                else
                {
                    Assert.False(belongs(value - scale, feature, row), $"row {row}, feature {feature}: {value}");
                }
            }
        }
    }
}
