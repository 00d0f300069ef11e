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
    private const int TokensPerTask = 4096;

    // A dense row costs a vector operation for each eight units, a sparse one a scattered addition for each that fires.
    private const double DenseShare = 1.0 / 16;

    private readonly ActivationIndex _index;
    private readonly FloatBuffer? _dense;
    private readonly PerThread<Scratch> _scratch = new(static () => new Scratch());
    private readonly int[] _starts = [];
    private int[] _units = [];
    private float[] _values = [];

    public TokenRows(ActivationIndex index)
    {
        _index = index;
        Stride = (index.Features + Lanes - 1) / Lanes * Lanes;
        IsDense = index.Activations > DenseShare * index.Tokens * index.Features;
        var perToken = IsDense ? Stride : Math.Max(1, (double)index.Activations / index.Tokens);
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

    /// <summary>Loads the tokens [first, first + count).</summary>
    public void Load(long first, int count)
    {
        var tasks = (count + TokensPerTask - 1) / TokensPerTask;
        var scratch = _scratch.Prepare();
        if (IsDense)
        {
            WorkerPool.For(tasks, (task, thread) => LoadDense(first, task * TokensPerTask, Math.Min(count, (task + 1) * TokensPerTask), scratch[thread]));
            return;
        }

        Array.Clear(_starts);
        WorkerPool.For(tasks, (task, thread) => CountSparse(first, task * TokensPerTask, Math.Min(count, (task + 1) * TokensPerTask), scratch[thread]));
        for (var token = 0; token < count; token++)
        {
            _starts[token + 1] += _starts[token];
        }

        if (_units.Length < _starts[count])
        {
            _units = new int[_starts[count] + (_starts[count] / 4)];
            _values = new float[_units.Length];
        }

        WorkerPool.For(tasks, (task, thread) => FillSparse(first, task * TokensPerTask, Math.Min(count, (task + 1) * TokensPerTask), scratch[thread]));
    }

    public void Dispose() => _dense?.Dispose();

    private void LoadDense(long first, int from, int to, Scratch scratch)
    {
        new Span<float>(Dense(from), (to - from) * Stride).Clear();
        for (var unit = 0; unit < _index.Features; unit++)
        {
            var values = _index.Within(unit, first + from, first + to, ref scratch.Positions);
            for (var at = 0; at < values.Length; at++)
            {
                Dense((int)(scratch.Positions[at] - first))[unit] = (float)values[at];
            }
        }
    }

    private void CountSparse(long first, int from, int to, Scratch scratch)
    {
        for (var unit = 0; unit < _index.Features; unit++)
        {
            var count = _index.Within(unit, first + from, first + to, ref scratch.Positions).Length;
            for (var at = 0; at < count; at++)
            {
                _starts[(int)(scratch.Positions[at] - first) + 1]++;
            }
        }
    }

    private void FillSparse(long first, int from, int to, Scratch scratch)
    {
        var places = _starts[from..to];
        for (var unit = 0; unit < _index.Features; unit++)
        {
            var values = _index.Within(unit, first + from, first + to, ref scratch.Positions);
            for (var at = 0; at < values.Length; at++)
            {
                var place = places[(int)(scratch.Positions[at] - first) - from]++;
                _units[place] = unit;
                _values[place] = (float)values[at];
            }
        }
    }

    /// <summary>A thread's memory for positions.</summary>
    private sealed class Scratch
    {
        public uint[] Positions = [];
    }
}
