using System.Diagnostics;
using System.Runtime.Intrinsics;
using FeatureExplorer.Tests.Engine.Backends;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Engine.Dictionaries.Kernels;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Layers;

namespace FeatureExplorer.Tests.Engine.Numerics;

/// <summary>
/// The kernels choose by what the processor has. Here their tests run once more in a process that is told it has less: the paths of 256 and of 128
/// bits are then held against the same references as the widest one. What the machine itself lacks cannot be tested on it.
/// </summary>
public sealed class ProcessorTests
{
    private const string ExpectedBits = "FEATUREEXPLORER_TEST_VECTOR_BITS";

    private static readonly Type[] Kernels =
    [
        typeof(MatrixProductTests), typeof(VectorMathTests), typeof(AdamTests), typeof(IntegerTileTests), typeof(RowKernelsTests), typeof(EncoderProductTests),
        typeof(SparseAutoencoderTests), typeof(DictionaryStepTests), typeof(PanelColumnsTests), typeof(LayerTests), typeof(SiteTests), typeof(RecordedWeightsTests),
    ];

    [Theory]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    public async Task Kernels_OnALesserProcessor_StillAgreeWithTheirReferences(string switchedOff, int bits)
    {
        if (WidestBits <= bits)
        {
            return; // the tests themselves have run on this path already
        }

        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("vstest");
        start.ArgumentList.Add(typeof(ProcessorTests).Assembly.Location);
        string[] names = [.. Kernels.Select(static type => type.FullName + "."), $"{typeof(ProcessorTests).FullName}.{nameof(Widest_InAChildProcess_IsAsAsked)}"];
        start.ArgumentList.Add("--TestCaseFilter:" + string.Join('|', names.Select(static name => $"FullyQualifiedName~{name}")));
        start.ArgumentList.Add("--logger:console;verbosity=normal");
        start.Environment[switchedOff] = "0";
        start.Environment[ExpectedBits] = $"{bits}";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, output + await error);
        Assert.All(names, name => Assert.Contains(name, output, StringComparison.Ordinal));
    }

    [Fact]
    public void Widest_InAChildProcess_IsAsAsked()
    {
        if (Environment.GetEnvironmentVariable(ExpectedBits) is { } expected)
        {
            Assert.Equal(expected, $"{WidestBits}");
        }
    }

    private static int WidestBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
}
