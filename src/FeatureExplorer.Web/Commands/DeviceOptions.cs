using System.CommandLine;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Torch;
using FeatureExplorer.Torch.Plain;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Web.Devices;

namespace FeatureExplorer.Web.Commands;

/// <summary>The options of benchmarks that name devices: <c>--device cuda:0 --precision tf32 --against cpu</c>.</summary>
internal sealed class DeviceOptions
{
    private readonly Option<string?> _device = new("--device") { Description = "Where: cpu, torch:cpu, cuda:0, mps (see torch status)." };
    private readonly Option<string> _precision = new("--precision") { Description = "Precision of the products on --device: float32, tf32, bf16.", DefaultValueFactory = static _ => DevicePlacement.Float32 };
    private readonly Option<string?> _against = new("--against") { Description = "In turns with the first: a second device, or plain for the same steps on the first device by TorchSharp's automatic differentiation and optimizers." };
    private readonly Option<int> _rounds = NumberOption.Of<int>("--rounds", "How often each is run.", 1);
    private readonly Option<string> _data = SharedOptions.Data();

    public void AddTo(Command command)
    {
        _precision.AcceptOnlyFromAmong([.. DevicePlacement.Precisions]);
        foreach (var option in (Option[])[_device, _precision, _against, _rounds, _data])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What is asked for; null where no device is named.</summary>
    public Choice? Chosen(ParseResult result) => result.GetValue(_device) is { } device
        ? new Choice(new TorchComputeDevices(SharedOptions.Settings(result.GetValue(_data)!)), device, result.GetValue(_precision)!, result.GetValue(_against), Math.Max(1, result.GetValue(_rounds)))
        : result.GetValue(_against) is { } against ? throw new ArgumentException($"--against {against} compares with the device that --device names: add it, for example --device torch:cpu.")
        : null;

    /// <summary>Devices to run on.</summary>
    internal sealed record Choice(IComputeDevices Devices, string Device, string Precision, string? Against, int Rounds)
    {
        /// <summary>Runs a benchmark on both devices in turns.</summary>
        public DeviceComparison<T> Alternated<T>(Func<IComputeBackend, T> run, Func<T, double> perSecond)
        {
            using var first = Devices.Open(Device, Precision);
            using var second = Second();
            var (runs, others) = (new List<T>(), new List<T>());
            for (var round = 0; round < Rounds; round++)
            {
                runs.Add(run(first));
                if (second is not null)
                {
                    others.Add(run(second));
                }
            }

            return new DeviceComparison<T>(
                Device, Median(runs.Select(perSecond)), runs, Against, second is null ? null : Median(others.Select(perSecond)),
                second is null ? null : Median(runs.Zip(others, (a, b) => perSecond(a) / perSecond(b))));
        }

        private IComputeBackend? Second() => Against switch
        {
            null => null,
            PlainBackend.Name => new PlainBackend(
                Devices.Open(Device, Precision) as TorchBackend ?? throw new ArgumentException($"--against plain needs a device of libtorch; {Device} is none.")),
            _ => Devices.Open(Against, DevicePlacement.Float32),
        };

        private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;
    }
}
