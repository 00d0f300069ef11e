using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Tests.Engine.Transformer.Layers;

/// <summary>Both vector widths, whichever this processor takes: the other runs in software.</summary>
public sealed unsafe class PanelColumnsTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(9, 32)]
    [InlineData(70, 48)]
    public void MaxAndExp_BothWidths_AgreeWithPlainLoops(int rows, int width)
    {
        foreach (var wide in new[] { false, true })
        {
            using var panel = Numbers.Random(rows * width, "panel", 3);
            using var max = Numbers.Random(width, "max");
            using var sum = Numbers.Random(width, "sum");
            var (x, m, s) = (Numbers.Doubles(panel), Numbers.Doubles(max), Numbers.Doubles(sum));

            if (wide)
            {
                PanelColumns.Max512(panel.Pointer, rows, width, max.Pointer);
                PanelColumns.Exp512(panel.Pointer, rows, width, 0.5f, max.Pointer, sum.Pointer);
            }
            else
            {
                PanelColumns.Max256(panel.Pointer, rows, width, max.Pointer);
                PanelColumns.Exp256(panel.Pointer, rows, width, 0.5f, max.Pointer, sum.Pointer);
            }

            for (var lane = 0; lane < width; lane++)
            {
                m[lane] = Math.Max(m[lane], Enumerable.Range(0, rows).Max(row => x[(row * width) + lane]));
                for (var row = 0; row < rows; row++)
                {
                    var at = (row * width) + lane;
                    x[at] = Math.Exp(0.5 * (x[at] - m[lane]));
                    s[lane] += x[at];
                }
            }
            Assert.True(Numbers.RelativeError(max.Span(), m) == 0);
            Assert.True(Numbers.RelativeError(panel.Span(), x) < 1e-6);
            Assert.True(Numbers.RelativeError(sum.Span(), s) < 1e-5);
        }
    }

    [Fact]
    public void Transpose_MoreThanAPanel_IsExact()
    {
        using var source = Numbers.Random(70 * 50, "source");
        using var target = new FeatureExplorer.Engine.Numerics.FloatBuffer(30 * 80);
        using var scratch = new FeatureExplorer.Engine.Numerics.FloatBuffer(48 * 30);

        PanelColumns.Transpose(source.Pointer, 50, 70, 30, target.Pointer, 80, scratch.Pointer);

        for (var i = 0; i < 70 * 30; i++)
        {
            Assert.Equal(source.Pointer[(i / 30 * 50) + (i % 30)], target.Pointer[(i % 30 * 80) + (i / 30)]);
        }
    }
}
