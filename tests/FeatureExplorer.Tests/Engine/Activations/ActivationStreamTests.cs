using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Engine.Text;

namespace FeatureExplorer.Tests.Engine.Activations;

[Collection(AloneTests.Name)]
public sealed unsafe class ActivationStreamTests
{
    private const int Window = 16;
    private const int PerWindow = 10;
    private const int Windows = 40;

    [Fact]
    public void Read_OnePass_EachPositionAtMostOnceAndAsManyOfEachWindow()
    {
        using var stream = Stream(seed: 1);
        var positions = Read(stream, Windows * PerWindow, batch: 7);

        Assert.Equal(positions.Count, positions.Distinct().Count());
        Assert.All(positions, static p => Assert.InRange(p, 0, (Windows * Window) - 1));
        Assert.All(positions.GroupBy(static p => p / Window), static g => Assert.Equal(PerWindow, g.Count()));
        Assert.Equal(Windows, positions.Select(static p => p / Window).Distinct().Count());
    }

    [Fact]
    public void Read_OnePass_MixesWindowsAndUsesAllPositions()
    {
        using var stream = Stream(seed: 1);
        var positions = Read(stream, Windows * PerWindow, batch: 20);

        // A batch of 20 out of a buffer of 10 windows: in order it would hold 2 of them.
        Assert.All(positions.Take(300).Chunk(20), static batch => Assert.True(batch.Select(static p => p / Window).Distinct().Count() >= 5));
        Assert.Equal(Window, positions.Select(static p => p % Window).Distinct().Count());
        Assert.NotEqual(positions.Select(static p => p / Window).Distinct().Order(), positions.Select(static p => p / Window).Distinct());
    }

    [Fact]
    public void Read_BeyondOnePass_BeginsAnotherInNewOrder()
    {
        using var stream = Stream(seed: 1);
        var positions = Read(stream, 3 * Windows * PerWindow, batch: 50);

        Assert.Equal(3, stream.Passes);
        Assert.All(positions.Chunk(Windows * PerWindow), static pass => Assert.Equal(pass.Length, pass.Distinct().Count()));
        Assert.NotEqual(positions.Take(400), positions.Skip(400).Take(400));
        Assert.NotEqual(positions.Take(400).Order(), positions.Skip(400).Take(400).Order());
    }

    [Fact]
    public void Read_SameSeed_SameOrderForAnyBatchAndThreads()
    {
        var threads = WorkerPool.Threads;
        try
        {
            WorkerPool.Configure(1);
            using var one = Stream(seed: 1);
            var expected = Read(one, 390, batch: 390);
            WorkerPool.Configure(3);
            using var same = Stream(seed: 1);
            Assert.Equal(expected, Read(same, 390, batch: 7));
            using var other = Stream(seed: 2);
            Assert.NotEqual(expected, Read(other, 390, batch: 390));
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    [Fact]
    public void Read_BufferLargerThanTheData_StillGivesEverything()
    {
        using var stream = Stream(seed: 1, buffer: 1 << 20);
        Assert.Equal(400, Read(stream, 400, batch: 100).Distinct().Count());
    }

    [Fact]
    public void Read_BufferSmallerThanAWindow_StillWorks()
    {
        using var stream = Stream(seed: 1, buffer: 1);
        Assert.Equal(200, Read(stream, 200, batch: 3).Distinct().Count());
    }

    [Fact]
    public void Constructor_TooFewTokens_SaysSo()
    {
        var failure = Assert.Throws<ArgumentException>(() => new ActivationStream(2, 100, Tokens, Forward, new ActivationStreamOptions()));
        Assert.Contains("256", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Model_GivesTheModelsActivations()
    {
        using var small = new SmallModel(tokens: 20 * SmallModel.Window);
        using var stream = ActivationStream.Of(small.Model, small.Store, new ActivationStreamOptions { PositionsPerWindow = 5 });
        using var x = new FloatBuffer(100 * 20);
        stream.Read(x.Pointer, 100);
        using var all = new FloatBuffer(20 * SmallModel.Window * 20);
        using var runner = new TransformerRunner(small.Model, 20);
        runner.Activations(small.Tokens, 20, SmallModel.Window, all.Pointer);
        var known = all.Span().ToArray().Chunk(20).Select(Rounded).ToHashSet();

        Assert.Equal(20, stream.Inputs);
        Assert.All(x.Span().ToArray().Chunk(20), row => Assert.Contains(Rounded(row), known));

        static string Rounded(float[] row) => string.Join(' ', row.Select(static value => (Half)value));
    }

    // Token = its own position, and the activation says which position it belongs to.
    private static readonly int[] AllTokens = [.. Enumerable.Range(0, Windows * Window)];

    [Fact]
    public void RestoreState_OfLargerCalls_GoesOnWithTheSameVectors()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "stream.safetensors");
        using var first = Stream(5, windows: 3);
        Read(first, 50, 7);
        Safetensors.Write(path, first.SaveState(), new Dictionary<string, string>());

        using var second = Stream(5, windows: 2);
        using (var file = Safetensors.Open(path))
        {
            second.RestoreState(file);
        }

        Assert.Equal(Read(first, 150, 7), Read(second, 150, 7));
    }

    private static ActivationStream Stream(ulong seed, int buffer = 100, int windows = 3) => new(
        2, AllTokens.Length, Tokens, Forward,
        new ActivationStreamOptions { Window = Window, PositionsPerWindow = PerWindow, BufferVectors = buffer, WindowsPerForward = windows, Seed = seed });

    private static ReadOnlySpan<int> Tokens(long start, int length) => AllTokens.AsSpan((int)start, length);

    private static void Forward(ReadOnlySpan<int> tokens, int windows, int length, float* activations)
    {
        Assert.Equal(windows * length, tokens.Length);
        for (var i = 0; i < tokens.Length; i++)
        {
            activations[2 * i] = tokens[i];
            activations[(2 * i) + 1] = -tokens[i];
        }
    }

    private static List<int> Read(ActivationStream stream, int count, int batch)
    {
        var positions = new List<int>();
        using var x = new FloatBuffer(batch * 2);
        while (positions.Count < count)
        {
            var rows = Math.Min(batch, count - positions.Count);
            stream.Read(x.Pointer, rows);
            for (var row = 0; row < rows; row++)
            {
                Assert.Equal(-x.Pointer[2 * row], x.Pointer[(2 * row) + 1]);
                positions.Add((int)x.Pointer[2 * row]);
            }
        }

        return positions;
    }
}
