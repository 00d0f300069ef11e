using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>
/// What all paths of a training step share: the batch x̄ = s·x − b_dec (s·x where the variant's encoder reads x itself),
/// R = ∂L/∂x̂ = 2 (x̂ − x) / (n · batch) (without n where the variant sums squares), the sums that make the losses, and the gradient of
/// b_dec. Nested dictionaries have one R each, and the R of a feature is the sum over those that hold it. Sums are kept per block of rows
/// and combined in the order of the blocks.
/// </summary>
internal sealed unsafe class StepBatch : IDisposable
{
    /// <summary>Rows of a block, the unit of work of a step.</summary>
    public const int BlockRows = EncoderProduct.BlockRows;

    private const int BiasColumns = 128;

    private readonly DictionaryTensors _parameters;
    private readonly DictionaryVariant _variant;
    private readonly FloatBuffer _centred;
    private readonly FloatBuffer _residual;
    private readonly FloatBuffer _residualSums;
    private readonly double[] _squares;
    private readonly double[] _errors;
    private readonly double[] _penalties;
    private readonly double[] _auxiliary;
    private readonly int[] _everyFeature;

    public StepBatch(DictionaryTensors parameters, int maxRows, DictionaryVariant variant)
    {
        _parameters = parameters;
        _variant = variant;
        MaxRows = maxRows;
        PrefixEnds = variant.PrefixEnds(parameters.Features);
        var blocks = (maxRows + BlockRows - 1) / BlockRows;
        _centred = new FloatBuffer((long)maxRows * Width);
        _residual = new FloatBuffer((long)PrefixEnds.Length * maxRows * Width);
        _residualSums = new FloatBuffer((long)blocks * Width);
        _squares = new double[blocks];
        _errors = new double[blocks];
        _penalties = new double[blocks];
        _auxiliary = new double[blocks];
        _everyFeature = [.. Enumerable.Range(0, parameters.Features)];
    }

    public int Width => _parameters.Width;

    public int MaxRows { get; }

    /// <summary>One past the last feature of each nested dictionary; the last is m.</summary>
    public int[] PrefixEnds { get; }

    public int Rows { get; private set; }

    public float Lambda { get; private set; }

    public int Blocks => (Rows + BlockRows - 1) / BlockRows;

    /// <summary>x̄, rows <see cref="Width"/> apart, padded with zeros.</summary>
    public float* Centred => _centred.Pointer;

    /// <summary>λ / batch: the weight of one row's penalty.</summary>
    public float PenaltyGradient => Lambda / Rows;

    /// <summary>∂/∂x̂ of a row's error is this times x̂ − x.</summary>
    public float ErrorScale => _variant.SumsSquares ? 2f / Rows : 2f / ((float)_parameters.Inputs * Rows);

    /// <summary>R of the features of a prefix's last part, laid out like <see cref="Centred"/>; what is decoded of it before <see cref="FinishRow"/>.</summary>
    public float* Residual(int prefix = 0) => _residual.Pointer + ((nint)prefix * MaxRows * Width);

    public float* CentredRow(int row) => Centred + ((nint)row * Width);

    public float* ResidualRow(int row, int prefix = 0) => Residual(prefix) + ((nint)row * Width);

    /// <summary>The smallest nested dictionary that holds a feature.</summary>
    public int PrefixOf(int feature)
    {
        var prefix = 0;
        while (feature >= PrefixEnds[prefix])
        {
            prefix++;
        }

        return prefix;
    }

    public int RowsOf(int block) => Math.Min(BlockRows, Rows - (block * BlockRows));

    /// <summary>Takes rows x [rows, n], unpadded: x̄ = scale · x, less b_dec where the variant's encoder takes it off.</summary>
    public void Fill(float* x, int rows, float scale, float lambda)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        (Rows, Lambda) = (rows, lambda);
        var inputs = _parameters.Inputs;
        WorkerPool.For(Blocks, (block, _) =>
        {
            var first = block * BlockRows;
            for (var row = first; row < first + RowsOf(block); row++)
            {
                var target = new Span<float>(CentredRow(row), inputs);
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(x + ((nint)row * inputs), inputs), scale, target);
                if (_variant.CentresInput)
                {
                    TensorPrimitives.Subtract(target, _parameters.DecoderBias(), target);
                }
            }
        });
    }

    /// <summary>Must be called before the first <see cref="FinishRow"/> of a path.</summary>
    public void ClearSums()
    {
        _residualSums.Span(0, Blocks * Width).Clear();
        _squares.AsSpan().Clear();
        _errors.AsSpan().Clear();
        _penalties.AsSpan().Clear();
        _auxiliary.AsSpan().Clear();
    }

    /// <summary>
    /// What a row's decoding starts from, so that its distance to x̄ is that of x̂ to x: nothing, and the row is left as it is (false), or
    /// b_dec (true).
    /// </summary>
    public bool BeginRow(int row)
    {
        if (_variant.CentresInput)
        {
            return false;
        }

        new ReadOnlySpan<float>(_parameters.BDec, Width).CopyTo(new Span<float>(ResidualRow(row), Width));
        return true;
    }

    /// <summary>Turns what is decoded of a row in <see cref="Residual"/> into R, and adds its part to the block's sums.</summary>
    public void FinishRow(int row, double penalty)
    {
        var block = row / BlockRows;
        var sums = _residualSums.Pointer + ((nint)block * Width);
        var last = PrefixEnds.Length - 1;
        var squares = 0.0;
        for (var prefix = 0; prefix <= last; prefix++)
        {
            squares = RowKernels.Residual(ResidualRow(row, prefix), CentredRow(row), ErrorScale, sums, Width);
            _errors[block] += squares;
        }

        for (var prefix = last - 1; prefix >= 0; prefix--)
        {
            var target = new Span<float>(ResidualRow(row, prefix), Width);
            TensorPrimitives.Add(target, new ReadOnlySpan<float>(ResidualRow(row, prefix + 1), Width), target);
        }

        _squares[block] += squares;
        _penalties[block] += penalty;
    }

    /// <summary>Adds the square error of an auxiliary reconstruction of a row.</summary>
    public void AddAuxiliary(int row, double squares) => _auxiliary[row / BlockRows] += squares;

    /// <summary>
    /// ∂L/∂b_dec = Σ_rows R − Σ_i δ_i e_i: as output bias, and as the bias that is taken off before the encoder, with δ_i the sum over the rows
    /// of ∂L/∂(e_i · x̄).
    /// </summary>
    public void DecoderBiasGradient(DictionaryTensors gradients, float* delta)
    {
        WorkerPool.For((Width + BiasColumns - 1) / BiasColumns, (task, _) =>
        {
            var column = task * BiasColumns;
            var columns = Math.Min(BiasColumns, Width - column);
            var target = gradients.BDec + column;
            new Span<float>(target, columns).Clear();
            if (_variant.CentresInput)
            {
                fixed (int* every = _everyFeature)
                {
                    RowKernels.WeightedSum(
                        every, delta, _parameters.Features, _parameters.WEnc + column, Width, columns, target, accumulate: false);
                }
            }

            for (var c = 0; c < columns; c++)
            {
                var sum = 0f;
                for (var block = 0; block < Blocks; block++)
                {
                    sum += _residualSums.Pointer[((nint)block * Width) + column + c];
                }

                target[c] = sum - target[c];
            }
        });
    }

    public StepLosses Losses(long active, bool dense)
    {
        var values = (double)_parameters.Inputs * Rows;
        var divisor = _variant.SumsSquares ? Rows : values;
        return new StepLosses(
            _squares.Sum() / values, _errors.Sum() / divisor, Lambda * _penalties.Sum() / Rows, _variant.AuxiliaryWeight * _auxiliary.Sum() / divisor,
            active, dense);
    }

    public void Dispose()
    {
        _centred.Dispose();
        _residual.Dispose();
        _residualSums.Dispose();
    }
}
