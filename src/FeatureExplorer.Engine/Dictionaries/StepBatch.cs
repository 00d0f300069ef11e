using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// What both paths of a training step share: the batch x̄ = s·x − b_dec, R = ∂L/∂x̂ = 2 (x̂ − x) / (n · batch), the sums that make the losses,
/// and the gradient of b_dec. Sums are kept per block of rows and combined in the order of the blocks.
/// </summary>
internal sealed unsafe class StepBatch : IDisposable
{
    /// <summary>Rows of a block, the unit of work of a step.</summary>
    public const int BlockRows = EncoderProduct.BlockRows;

    private const int BiasColumns = 128;

    private readonly DictionaryTensors _parameters;
    private readonly FloatBuffer _centred;
    private readonly FloatBuffer _residual;
    private readonly FloatBuffer _residualSums;
    private readonly double[] _squares;
    private readonly double[] _activations;
    private readonly int[] _everyFeature;

    public StepBatch(DictionaryTensors parameters, int maxRows)
    {
        _parameters = parameters;
        MaxRows = maxRows;
        var blocks = (maxRows + BlockRows - 1) / BlockRows;
        _centred = new FloatBuffer((long)maxRows * Width);
        _residual = new FloatBuffer((long)maxRows * Width);
        _residualSums = new FloatBuffer((long)blocks * Width);
        _squares = new double[blocks];
        _activations = new double[blocks];
        _everyFeature = [.. Enumerable.Range(0, parameters.Features)];
    }

    public int Width => _parameters.Width;

    public int MaxRows { get; }

    public int Rows { get; private set; }

    public float Lambda { get; private set; }

    public int Blocks => (Rows + BlockRows - 1) / BlockRows;

    /// <summary>x̄, rows <see cref="Width"/> apart, padded with zeros.</summary>
    public float* Centred => _centred.Pointer;

    /// <summary>R, laid out like <see cref="Centred"/>; x̂ − b_dec before <see cref="FinishRow"/>.</summary>
    public float* Residual => _residual.Pointer;

    /// <summary>λ / batch: ∂L/∂f of the L1 term.</summary>
    public float L1Gradient => Lambda / Rows;

    public float* CentredRow(int row) => Centred + ((nint)row * Width);

    public float* ResidualRow(int row) => Residual + ((nint)row * Width);

    public int RowsOf(int block) => Math.Min(BlockRows, Rows - (block * BlockRows));

    /// <summary>Takes rows x [rows, n], unpadded, and centres them: x̄ = scale · x − b_dec.</summary>
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
                TensorPrimitives.Subtract(target, _parameters.DecoderBias(), target);
            }
        });
    }

    /// <summary>Must be called before the first <see cref="FinishRow"/> of a path.</summary>
    public void ClearSums()
    {
        _residualSums.Span(0, Blocks * Width).Clear();
        _squares.AsSpan().Clear();
        _activations.AsSpan().Clear();
    }

    /// <summary>Turns a row's x̂ − b_dec in <see cref="Residual"/> into R, and adds its part to the block's sums.</summary>
    public void FinishRow(int row, double activations)
    {
        var block = row / BlockRows;
        var scale = 2f / ((float)_parameters.Inputs * Rows);
        _squares[block] += RowKernels.Residual(
            ResidualRow(row), CentredRow(row), scale, _residualSums.Pointer + ((nint)block * Width), Width);
        _activations[block] += activations;
    }

    /// <summary>∂L/∂b_dec = Σ_rows R − Σ_i (∂L/∂b_enc,i) e_i: as output bias, and as the bias that is taken off before the encoder.</summary>
    public void DecoderBiasGradient(DictionaryTensors gradients)
    {
        WorkerPool.For((Width + BiasColumns - 1) / BiasColumns, (task, _) =>
        {
            var column = task * BiasColumns;
            var columns = Math.Min(BiasColumns, Width - column);
            var target = gradients.BDec + column;
            fixed (int* every = _everyFeature)
            {
                RowKernels.WeightedSum(
                    every, gradients.BEnc, _parameters.Features, _parameters.WEnc + column, Width, columns, target, accumulate: false);
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
        var (squares, activations) = (0.0, 0.0);
        for (var block = 0; block < Blocks; block++)
        {
            squares += _squares[block];
            activations += _activations[block];
        }

        return new StepLosses(squares / ((double)_parameters.Inputs * Rows), Lambda * activations / Rows, active, dense);
    }

    public void Dispose()
    {
        _centred.Dispose();
        _residual.Dispose();
        _residualSums.Dispose();
    }
}
