using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>
/// The activations of an index turned round for a block of tokens: by token instead of by feature. Units that fire often (neurons) lie
/// in dense rows, so that a product with a row is vector arithmetic; others in compressed sparse rows.
/// </summary>
internal sealed unsafe class TokenRows : IDisposable
{
    private const int Lanes = 8;
    private const int MostValues = 1 << 21;

    // A dense row costs a vector operation for each eight units, a sparse one a scattered addition for each that fires.
    private const double DenseShare = 1.0 / 16;

    private readonly ActivationBlock _block;
    private readonly int _features;
    private readonly int _tokensPerTask;
    private readonly FloatBuffer? _dense;
    private readonly int[] _starts = [];
    private int[] _units = [];
    private float[] _values = [];

    public TokenRows(ActivationIndex index)
    {
        _features = index.Features;
        _block = new ActivationBlock(index, 0, _features);
        Stride = (index.Features + Lanes - 1) / Lanes * Lanes;
        IsDense = index.Activations > DenseShare * index.Tokens * index.Features;
        var perToken = IsDense ? Stride : Math.Max(1, (double)index.Activations / index.Tokens);
        // Every task looks for the place of its tokens among those of each unit, which costs more where a unit has few.
        _tokensPerTask = IsDense ? 512 : 4096;
        BlockTokens = (int)Math.Clamp(MostValues / perToken, 64, index.Tokens);
        if (IsDense)
        {
            _dense = new FloatBuffer((long)BlockTokens * Stride);
        }
        else
        {
            _starts = new int[BlockTokens + 1];
        }
    }

    /// <summary>Most tokens of a block.</summary>
    public int BlockTokens { get; }

    /// <summary>Whether <see cref="Dense"/> holds the rows, or <see cref="UnitsAt"/> and <see cref="ValuesAt"/>.</summary>
    public bool IsDense { get; }

    /// <summary>Number of units, rounded up to whole vectors.</summary>
    public int Stride { get; }

    /// <summary>[Stride] the activations of a token of the block.</summary>
    public float* Dense(int token) => _dense!.Pointer + ((nint)token * Stride);

    /// <summary>The units that fire on a token of the block, ascending.</summary>
    public ReadOnlySpan<int> UnitsAt(int token) => _units.AsSpan(_starts[token].._starts[token + 1]);

    /// <summary>Their activations.</summary>
    public ReadOnlySpan<float> ValuesAt(int token) => _values.AsSpan(_starts[token].._starts[token + 1]);

    /// <summary>Loads the tokens [first, first + count), which begin at 0 or follow those of the last call.</summary>
    public void Load(long first, int count)
    {
        _block.Load(first, count);
        var tasks = (count + _tokensPerTask - 1) / _tokensPerTask;
        if (IsDense)
        {
            WorkerPool.For(tasks, (task, _) => FillDense(task * _tokensPerTask, Math.Min(count, (task + 1) * _tokensPerTask)));
            return;
        }

        Array.Clear(_starts);
        WorkerPool.For(tasks, (task, _) => CountSparse(task * _tokensPerTask, Math.Min(count, (task + 1) * _tokensPerTask)));
        for (var token = 0; token < count; token++)
        {
            _starts[token + 1] += _starts[token];
        }

        if (_units.Length < _starts[count])
        {
            _units = new int[_starts[count] + (_starts[count] / 4)];
            _values = new float[_units.Length];
        }

        WorkerPool.For(tasks, (task, _) => FillSparse(task * _tokensPerTask, Math.Min(count, (task + 1) * _tokensPerTask)));
    }

    public void Dispose() => _dense?.Dispose();

    private void FillDense(int from, int to)
    {
        new Span<float>(Dense(from), (to - from) * Stride).Clear();
        for (var unit = 0; unit < _features; unit++)
        {
            var tokens = _block.Tokens(unit);
            var values = _block.Values(unit);
            for (var at = Before(tokens, from); at < tokens.Length && tokens[at] < to; at++)
            {
                Dense(tokens[at])[unit] = (float)values[at];
            }
        }
    }

    private void CountSparse(int from, int to)
    {
        for (var unit = 0; unit < _features; unit++)
        {
            var tokens = _block.Tokens(unit);
            for (var at = Before(tokens, from); at < tokens.Length && tokens[at] < to; at++)
            {
                _starts[tokens[at] + 1]++;
            }
        }
    }

    private void FillSparse(int from, int to)
    {
        var places = _starts[from..to];
        for (var unit = 0; unit < _features; unit++)
        {
            var tokens = _block.Tokens(unit);
            var values = _block.Values(unit);
            for (var at = Before(tokens, from); at < tokens.Length && tokens[at] < to; at++)
            {
                var place = places[tokens[at] - from]++;
                _units[place] = unit;
                _values[place] = (float)values[at];
            }
        }
    }

    /// <summary>Number of tokens before one.</summary>
    private static int Before(ReadOnlySpan<int> tokens, int token)
    {
        var found = tokens.BinarySearch(token);
        return found < 0 ? ~found : found;
    }
}
