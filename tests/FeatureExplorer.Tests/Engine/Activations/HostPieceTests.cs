using FeatureExplorer.Engine.Activations;

namespace FeatureExplorer.Tests.Engine.Activations;

public sealed unsafe class HostPieceTests
{
    private const int Length = 40_001;

    [Fact]
    public void Shrink_NumbersOfHalfPrecision_KeepsEveryBitInHalfTheMemory()
    {
        // All of them, with both zeros, the smallest and the largest; not-a-number is never among activations.
        float[] numbers = [.. Enumerable.Range(0, Length).Select(i => (float)BitConverter.UInt16BitsToHalf((ushort)i)).Where(value => !float.IsNaN(value))];
        numbers = [.. numbers, .. numbers.Select(value => -value)];
        using var piece = Piece(numbers);

        piece.Shrink();
        piece.Shrink();

        Assert.True(piece.IsHalf);
        AssertHolds(numbers, piece);
    }

    [Theory]
    [InlineData(0.1f)]
    [InlineData(1e6f)]
    [InlineData(1e-9f)]
    public void Shrink_ANumberThatHalfPrecisionLacks_KeepsAllAsTheyAre(float number)
    {
        var numbers = new float[Length];
        numbers[^1] = number;
        using var piece = Piece(numbers);

        piece.Shrink();

        Assert.False(piece.IsHalf);
        AssertHolds(numbers, piece);
    }

    private static HostPiece Piece(float[] numbers)
    {
        var piece = new HostPiece(numbers.Length);
        numbers.CopyTo(new Span<float>(piece.Single, numbers.Length));
        return piece;
    }

    private static void AssertHolds(float[] numbers, HostPiece piece)
    {
        var all = new float[numbers.Length];
        piece.CopyTo(0, all);
        Assert.Equal(numbers.Select(BitConverter.SingleToInt32Bits), all.Select(BitConverter.SingleToInt32Bits));
        var some = new float[1000];
        piece.CopyTo(31, some);
        Assert.Equal(numbers[31..1031], some);
    }
}
