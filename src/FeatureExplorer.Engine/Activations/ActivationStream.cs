using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Activations;

/// <summary>
/// Activation vectors of training tokens in random order (Bricken et al. 2023, "Dataset"): windows in random order, some positions of
/// each, all of them through a large buffer of half-precision vectors that is refilled whenever half of it has been drawn, so that a batch
/// comes from many documents. No position comes twice before a pass over the windows is drawn to its end; then another begins, in a new order.
/// The sequence of vectors is a function of the options and the data: it does not depend on how many are read at a time.
/// </summary>
public sealed unsafe partial class ActivationStream : IResumableActivations, IRowSource, IDisposable
{
    private readonly ActivationStreamOptions _options;
    private readonly TokenReader _tokens;
    private readonly CounterRandom _random;
    private readonly int _windowCount;
    private readonly int[] _windows;
    private readonly int _capacity;
    private readonly IVectorStore _vectors;
    private readonly Origin[] _origins;

    // Slots of the buffer in the order in which they are drawn: [_drawn, _filled) are live, the others free.
    private int[] _slots;
    private int _drawn;
    private int _filled;
    private int _nextWindow;
    private long _refills;

    /// <param name="inputs">n: width of the site.</param>
    /// <param name="tokenCount">Tokens of the split.</param>
    /// <param name="tokens">Reads them.</param>
    /// <param name="forward">Computes activations of up to <see cref="ActivationStreamOptions.WindowsPerForward"/> windows.</param>
    /// <param name="options">Sizes and seed.</param>
    public ActivationStream(int inputs, long tokenCount, TokenReader tokens, SiteForward forward, ActivationStreamOptions options)
        : this(inputs, tokenCount, tokens, (capacity, maxRows) => new HostVectorStore(forward, inputs, capacity, maxRows), options)
    {
    }

    private ActivationStream(int inputs, long tokenCount, TokenReader tokens, Func<int, int, IVectorStore> store, ActivationStreamOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (tokenCount < options.Window)
        {
            throw new ArgumentException(
                $"The training tokens are {tokenCount}, fewer than one window of {options.Window}: use a larger corpus.", nameof(tokenCount));
        }

        (Inputs, _tokens, _options) = (inputs, tokens, options);
        _random = new CounterRandom(options.Seed).Stream("activations");
        _windowCount = (int)Math.Min(int.MaxValue, tokenCount / options.Window);
        _windows = new int[_windowCount];
        _nextWindow = _windowCount;
        _capacity = (int)Math.Max(options.PositionsPerWindow, Math.Min(options.BufferVectors, (long)_windowCount * options.PositionsPerWindow));
        _origins = new Origin[_capacity];
        _vectors = store(_capacity, options.WindowsPerForward * options.Window);
        _slots = [.. Enumerable.Range(0, _capacity)];
    }

    /// <summary>The stream of a model's site on a split; windows are as long as the model's context.</summary>
    /// <param name="model">Not owned.</param>
    /// <param name="tokens">Not owned; its training split, normally.</param>
    /// <param name="options">Sizes and seed; the window is the model's.</param>
    /// <param name="site">Where; null: the neurons of the last layer.</param>
    /// <param name="backend">Where it runs and where its vectors lie; null: the CPU engine, the host.</param>
    public static ActivationStream Of(
        TransformerModel model, TokenStore tokens, ActivationStreamOptions options, Site? site = null, IComputeBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(options);
        site ??= Site.Default(model.Config);
        site.Check(model.Config);
        var window = model.Config.Context;
        options = options with { Window = window, PositionsPerWindow = Math.Min(window, options.PositionsPerWindow) };
        var (on, inputs) = (backend ?? CpuBackend.Instance, site.Width(model.Config));
        return new ActivationStream(
            inputs, tokens.Count, tokens.Read,
            (capacity, maxRows) => on.VectorStore(on.ModelRunner(model, options.WindowsPerForward), site, inputs, capacity, maxRows), options);
    }

    /// <inheritdoc/>
    public int Inputs { get; }

    /// <summary>Passes over the windows begun so far.</summary>
    public int Passes { get; private set; }

    /// <summary>Vectors of one pass.</summary>
    public long VectorsPerPass => (long)_windowCount * _options.PositionsPerWindow;

    /// <inheritdoc/>
    public void Read(float* x, int rows)
    {
        for (var done = 0; done < rows;)
        {
            var slots = Draw(rows - done);
            _vectors.Take(slots, x + ((nint)done * Inputs));
            done += slots.Length;
        }
    }

    /// <inheritdoc/>
    public void Read(Rows x, int rows)
    {
        for (var done = 0; done < rows;)
        {
            var slots = Draw(rows - done);
            _vectors.Take(slots, x, done);
            done += slots.Length;
        }
    }

    public void Dispose() => _vectors.Dispose();

    /// <summary>The slots of the next vectors, at least one and at most so many.</summary>
    private ReadOnlySpan<int> Draw(int most)
    {
        if (_filled - _drawn <= Reserve)
        {
            Refill();
        }

        var count = Math.Min(most, _filled - _drawn - Reserve);
        _drawn += count;
        return _slots.AsSpan(_drawn - count, count);
    }

    /// <summary>Vectors that stay in the buffer to be mixed with the next ones: half of it, as long as there are windows to come.</summary>
    private int Reserve => _nextWindow < _windowCount ? Math.Min(_capacity / 2, _capacity - _options.PositionsPerWindow) : 0;

    /// <summary>Fills free slots, as far as whole windows fit, and puts all live slots in a new random order.</summary>
    private void Refill()
    {
        _slots = [.. _slots.AsSpan(_drawn, _filled - _drawn), .. _slots.AsSpan(0, _drawn), .. _slots.AsSpan(_filled)];
        (_drawn, _filled) = (0, _filled - _drawn);
        var windows = (_capacity - _filled) / _options.PositionsPerWindow;
        while (windows > 0)
        {
            if (_nextWindow == _windowCount && _filled > 0)
            {
                break; // a pass is drawn to its end before the next begins
            }

            if (_nextWindow == _windowCount)
            {
                BeginPass();
            }

            var count = Math.Min(Math.Min(windows, _options.WindowsPerForward), _windowCount - _nextWindow);
            Forward(count);
            windows -= count;
        }

        _random.Stream("buffer").Stream($"{_refills++}").Shuffle(_slots.AsSpan(0, _filled));
    }

    private void BeginPass()
    {
        ShuffleWindows(Passes++);
        _nextWindow = 0;
    }

    private void ShuffleWindows(int pass)
    {
        for (var window = 0; window < _windowCount; window++)
        {
            _windows[window] = window;
        }

        _random.Stream("windows").Stream($"{pass}").Shuffle(_windows.AsSpan());
    }

    /// <summary>Runs the next windows through the model and keeps the positions drawn from each.</summary>
    private void Forward(int count)
    {
        var (window, perWindow) = (_options.Window, _options.PositionsPerWindow);
        Activate(_windows.AsSpan(_nextWindow, count));
        var positions = _random.Stream("positions").Stream($"{Passes}");
        var (first, firstSlot) = (_nextWindow, _filled);
        var (rows, slots) = (new int[count * perWindow], new int[count * perWindow]);
        WorkerPool.For(count, (w, _) =>
        {
            Span<int> drawn = stackalloc int[window];
            DrawPositions(positions, _windows[first + w], drawn);
            for (var k = 0; k < perWindow; k++)
            {
                var i = (w * perWindow) + k;
                (rows[i], slots[i]) = ((w * window) + drawn[k], _slots[firstSlot + i]);
                _origins[slots[i]] = new Origin(_windows[first + w], (short)drawn[k], count);
            }
        });
        _vectors.Put(rows, slots);
        _nextWindow += count;
        _filled += count * perWindow;
    }

    /// <summary>Runs windows through the model, into the buffer of activations.</summary>
    private void Activate(ReadOnlySpan<int> windows)
    {
        var length = _options.Window;
        var tokens = new int[windows.Length * length];
        for (var w = 0; w < windows.Length; w++)
        {
            _tokens((long)windows[w] * length, length).CopyTo(tokens.AsSpan(w * length));
        }

        _vectors.Activate(tokens, windows.Length, length);
    }

    /// <summary>The first PositionsPerWindow entries become random positions, none twice (the start of a Fisher–Yates shuffle).</summary>
    private void DrawPositions(CounterRandom random, int windowNumber, Span<int> positions)
    {
        for (var p = 0; p < positions.Length; p++)
        {
            positions[p] = p;
        }

        for (var k = 0; k < _options.PositionsPerWindow; k++)
        {
            var counter = ((ulong)windowNumber * (ulong)positions.Length) + (ulong)k;
            var other = k + (int)random.Bounded(counter, (ulong)(positions.Length - k));
            (positions[k], positions[other]) = (positions[other], positions[k]);
        }
    }
}
