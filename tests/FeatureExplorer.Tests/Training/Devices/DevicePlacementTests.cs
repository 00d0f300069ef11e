using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;

namespace FeatureExplorer.Tests.Training.Devices;

public sealed class DevicePlacementTests
{
    [Fact]
    public void Place_AutoWithoutACard_TakesTheEngine()
    {
        var placed = DevicePlacement.Place(SmallRun.Configuration, new EngineDevices());

        Assert.Equal(("cpu", "cpu"), (placed.Device, placed.BeganOn));
        Assert.Null(DevicePlacement.PartOfFingerprint(placed));
    }

    [Fact]
    public void Place_AutoWithCards_TakesTheOneWithTheFewestRuns()
    {
        var placed = DevicePlacement.Place(SmallRun.Configuration, new TwoCards(), static id => id == "cuda:0" ? 2 : 1);

        Assert.Equal("cuda:1", placed.Device);
        Assert.Equal("cuda Card, libtorch 2.10, float32", DevicePlacement.PartOfFingerprint(placed));
    }

    [Fact]
    public void Place_DeviceThatIsGone_SaysWhatIsThere()
    {
        var refused = Assert.Throws<ArgumentException>(() => DevicePlacement.Place(SmallRun.Configuration with { Device = "cuda:7" }, new TwoCards()));

        Assert.Equal("There is no device cuda:7 on this machine; there is cuda:0, cuda:1, cpu. The command torch status says what is missing.", refused.Message);
    }

    [Fact]
    public void Place_AnotherKindOfDeviceThanItBeganOn_IsRefusedUnlessAsked()
    {
        var began = DevicePlacement.Place(SmallRun.Configuration, new TwoCards());
        var moved = began with { Device = "cpu" };

        Assert.Contains("--device-change", Assert.Throws<ArgumentException>(() => DevicePlacement.Place(moved, new TwoCards())).Message, StringComparison.Ordinal);
        var placed = DevicePlacement.Place(moved with { DeviceChange = true }, new TwoCards());
        Assert.Equal(("cpu", began.BeganOn), (placed.Device, placed.BeganOn));
        // The same kind of card in another place gives the same bits.
        Assert.Equal(began.BeganOn, DevicePlacement.Place(began with { Device = "cuda:1" }, new TwoCards()).BeganOn);
    }

    [Fact]
    public void Move_RunThatHasBegun_NamesBothDevices()
    {
        var began = DevicePlacement.Place(SmallRun.Configuration with { Precision = "bf16" }, new TwoCards());

        var moved = DevicePlacement.Move(began, begun: true, "cpu", new TwoCards());

        Assert.Equal(("cpu", "float32", true), (moved.Device, moved.Precision, moved.DeviceChange));
        Assert.Equal("cuda Card, libtorch 2.10, bf16, then cpu", DevicePlacement.Provenance(moved, CpuBackend.Instance.Info));
        Assert.Equal("cuda Card, libtorch 2.10, bf16", DevicePlacement.Provenance(began, new TwoCards().Open("cuda:0", "bf16").Info));
        // What other stages made before counts on.
        Assert.Equal(DevicePlacement.PartOfFingerprint(began), DevicePlacement.PartOfFingerprint(moved));
        Assert.Equal(moved, DevicePlacement.Place(moved, new TwoCards()));
    }

    [Fact]
    public void Move_RunThatHasNotBegun_BeginsThere()
    {
        var placed = DevicePlacement.Place(SmallRun.Configuration, new TwoCards());

        var moved = DevicePlacement.Move(placed, begun: false, "cpu", new TwoCards());

        Assert.Equal(("cpu", "cpu", false), (moved.Device, moved.BeganOn, moved.DeviceChange));
        Assert.Null(DevicePlacement.Provenance(moved, CpuBackend.Instance.Info));
        Assert.Throws<ArgumentException>(() => DevicePlacement.Move(placed, begun: false, "cuda:7", new TwoCards()));
    }

    [Fact]
    public void Obstacle_DeviceThatIsGoneOrGivesOtherBits_IsNamed()
    {
        var placed = DevicePlacement.Place(SmallRun.Configuration, new TwoCards());

        Assert.Null(DevicePlacement.Obstacle(placed, begun: true, new TwoCards()));
        Assert.Contains("no device cuda:0 on this machine", DevicePlacement.Obstacle(placed, begun: true, new EngineDevices()), StringComparison.Ordinal);
        Assert.Contains("gives other bits", DevicePlacement.Obstacle(placed with { Precision = "tf32" }, begun: true, new TwoCards()), StringComparison.Ordinal);
        Assert.Null(DevicePlacement.Obstacle(placed with { Precision = "tf32" }, begun: false, new TwoCards()));
        // From before devices were recorded.
        Assert.Null(DevicePlacement.Obstacle(SmallRun.Configuration with { Device = "cpu" }, begun: true, new TwoCards()));
    }

    [Theory]
    [InlineData("gpu", "float32", "device")]
    [InlineData("cuda:0", "fp8", "precision")]
    [InlineData("cpu", "bf16", "precision")]
    public void Problems_WrongDeviceOrPrecision_AreNamed(string device, string precision, string field) =>
        Assert.Contains((SmallRun.Configuration with { Device = device, Precision = precision }).Problems(), problem => problem.Field == field);

    [Fact]
    public void Write_PlacedConfiguration_IsReadAgain()
    {
        var placed = DevicePlacement.Place(SmallRun.Configuration with { Precision = "tf32" }, new TwoCards());

        var read = RunConfigurationJson.Read(RunConfigurationJson.Write(placed));

        Assert.Equal((placed.Device, placed.Precision, placed.BeganOn), (read.Device, read.Precision, read.BeganOn));
    }

    /// <summary>Two cards of one kind, whose arithmetic is the engine's.</summary>
    private sealed class TwoCards : IComputeDevices
    {
        public IReadOnlyList<ComputeDevice> All { get; } =
            [new("cuda:0", "Card", 1L << 34, "libtorch 2.10"), new("cuda:1", "Card", 1L << 34, "libtorch 2.10"), EngineDevices.Processor];

        public string? Problem => null;

        public IComputeBackend Open(string id, string precision)
        {
            var device = All.FirstOrDefault(one => one.Id == id) ?? throw DevicePlacement.Missing(id, this);
            return id == "cpu" ? CpuBackend.Instance : new Named(new BackendInfo(id, device.Name, device.Library, precision));
        }
    }

    private sealed unsafe class Named(BackendInfo info) : IComputeBackend
    {
        public BackendInfo Info => info;

        public double MeasureProduct() => throw new NotSupportedException();

        public Rows Rows(int count, int width) => throw new NotSupportedException();

        public Rows Rows(float* host, int count, int width) => throw new NotSupportedException();

        public void DotProducts(Rows left, int first, int count, Rows right, float* products) => throw new NotSupportedException();

        public IVectorStore VectorStore(IModelRunner runner, FeatureExplorer.Engine.Transformer.Site site, int inputs, int capacity, int maxRows) => throw new NotSupportedException();

        public IModelRunner ModelRunner(FeatureExplorer.Engine.Transformer.TransformerModel model, int maxWindows) => throw new NotSupportedException();

        public ITransformerStep TransformerStep(FeatureExplorer.Engine.Transformer.TransformerModel model, FeatureExplorer.Engine.Transformer.Training.TransformerTrainingOptions options) =>
            throw new NotSupportedException();

        public IDictionaryStep DictionaryStep(int inputs, int maxRows, FeatureExplorer.Engine.Dictionaries.DictionaryVariant variant) => throw new NotSupportedException();

        public IDictionaryEncoder DictionaryEncoder(FeatureExplorer.Engine.Dictionaries.SparseAutoencoder dictionary, int maxRows) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
