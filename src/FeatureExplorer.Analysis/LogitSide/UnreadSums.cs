using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>Sums over tokens of activations x, reconstructions x̂ and errors, whole and projected on what is read.</summary>
internal sealed unsafe class UnreadSums(NullSpace space, int maxRows)
{
    private readonly float[] _projection = new float[checked(maxRows * Math.Max(1, space.Rank))];
    private readonly Sums[] _whole = [new(), new(), new()];
    private readonly Sums[] _read = [new(), new(), new()];
    private readonly float[] _error = new float[checked(maxRows * space.Inputs)];

    /// <summary>Adds rows x and x̂ [rows, n].</summary>
    public void Add(float* x, float* xHat, int rows)
    {
        var length = rows * space.Inputs;
        System.Numerics.Tensors.TensorPrimitives.Subtract(new ReadOnlySpan<float>(x, length), new ReadOnlySpan<float>(xHat, length), _error);
        fixed (float* error = _error)
        {
            float*[] kinds = [x, xHat, error];
            for (var kind = 0; kind < kinds.Length; kind++)
            {
                _whole[kind].Add(new ReadOnlySpan<float>(kinds[kind], length), space.Inputs);
                space.Project(kinds[kind], rows, _projection);
                _read[kind].Add(_projection.AsSpan(0, rows * space.Rank), space.Rank);
            }
        }
    }

    /// <param name="shares">Shares of the live features' directions, ascending.</param>
    public UnreadFigures Figures(double[] shares)
    {
        static double Unread(double read, double all) => all > 0 ? Math.Clamp(1 - (read / all), 0, 1) : 0;
        var edges = LevelBins.Linear(1, FeatureReport.HistogramBins);
        var counts = new long[FeatureReport.HistogramBins];
        foreach (var share in shares)
        {
            counts[LevelBins.Of((float)share, edges)]++;
        }

        var (x, xHat, error) = ((All: _whole[0].Variance, Read: _read[0].Variance), (All: _whole[1].Variance, Read: _read[1].Variance), (All: _whole[2].Squares, Read: _read[2].Squares));
        return new UnreadFigures(
            Unread(x.Read, x.All), Unread(xHat.Read, xHat.All), Unread(error.Read, error.All), 1 - (error.Read / x.Read), 1 - ((error.All - error.Read) / (x.All - x.Read)),
            1 - ((double)space.Rank / space.Inputs), new Histogram(edges, counts), [.. Universality.Shares.Select(share => Universality.Quantile(shares, share))]);
    }

    private sealed class Sums
    {
        private double[] _columns = [];
        private long _rows;

        public double Squares { get; private set; }

        public double Variance => Squares - _columns.Sum(sum => sum * sum / _rows);

        public void Add(ReadOnlySpan<float> rows, int width)
        {
            _columns = _columns.Length == 0 ? new double[width] : _columns;
            for (var start = 0; start < rows.Length; start += width)
            {
                for (var column = 0; column < width; column++)
                {
                    double value = rows[start + column];
                    Squares += value * value;
                    _columns[column] += value;
                }
            }

            _rows += rows.Length / width;
        }
    }
}
