using FeatureExplorer.Engine.Activations;

namespace FeatureExplorer.Tests.Engine.Activations;

public sealed unsafe class VectorSampleTests
{
    private const int Inputs = 3;
    private const int Rows = 2500; // several pieces, the last of them short

    [Theory]
    [InlineData(1f, 2f)]
    [InlineData(0.1f, 0.7f)] // not in half precision
    public void CopyTo_RowsAnywhere_AreThoseOfTheSourceTimesTheScale(float unit, float scale)
    {
        using var sample = new VectorSample(new Counting(unit), Rows, scale);
        Assert.Equal(Rows, sample.Rows);
        foreach (var (row, count) in ((int, int)[])[(0, Rows), (0, 1), (1023, 2), (1024, 1024), (1000, 1100), (Rows - 1, 1)])
        {
            var vectors = new float[count * Inputs];
            sample.CopyTo(row, vectors);
            Assert.Equal(Enumerable.Range(row * Inputs, count * Inputs).Select(i => i % 2000 * unit * scale), vectors);
        }
    }

    private sealed class Counting(float unit) : IActivationSource
    {
        private int _next;

        public int Inputs => VectorSampleTests.Inputs;

        public void Read(float* x, int rows)
        {
            for (var i = 0; i < rows * Inputs; i++)
            {
                x[i] = _next++ % 2000 * unit;
            }
        }
    }
}
