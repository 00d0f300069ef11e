using System.Runtime.InteropServices;
using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Tests.Engine.TensorFiles;

public sealed class StridedReaderTests
{
    // Larger than the reader's buffer of 262,144 elements, in rows shorter than it, longer than it, and in three dimensions.
    [Theory]
    [InlineData(new long[] { 701, 907 }, new[] { 0, 1 })]
    [InlineData(new long[] { 701, 907 }, new[] { 1, 0 })]
    [InlineData(new long[] { 3, 300_007 }, new[] { 1, 0 })]
    [InlineData(new long[] { 300_007, 3 }, new[] { 1, 0 })]
    [InlineData(new long[] { 61, 73, 97 }, new[] { 2, 0, 1 })]
    [InlineData(new long[] { 61, 1, 97 }, new[] { 2, 1, 0 })]
    public unsafe void Read_AnyOrderInTheFile_GivesTheOrderOfTheIndices(long[] shape, int[] order)
    {
        // In the file, dimension order[0] is the outermost.
        var strides = new long[shape.Length];
        var next = 1L;
        foreach (var dimension in order.Reverse())
        {
            (strides[dimension], next) = (next, next * shape[dimension]);
        }

        var stored = new float[next];
        var expected = new float[next];
        for (var k = 0L; k < next; k++)
        {
            var place = new StoredTensor("x", ElementType.F32, shape).Place(k);
            stored[place.Select((index, dimension) => index * strides[dimension]).Sum()] = k;
            expected[k] = k;
        }

        var tensor = new PlacedTensor(new StoredTensor("x", ElementType.F32, shape), new Memory(stored), 0, strides);
        var read = new float[next];
        fixed (float* destination = read)
        {
            new StridedReader(tensor, shape, strides).Read(destination);
        }

        Assert.Equal(expected, read);
    }

    private sealed class Memory(float[] values) : ByteRegion("memory", values.Length * sizeof(float))
    {
        public override void Read(long offset, Span<byte> bytes) => MemoryMarshal.AsBytes(values.AsSpan()).Slice((int)offset, bytes.Length).CopyTo(bytes);
    }
}
