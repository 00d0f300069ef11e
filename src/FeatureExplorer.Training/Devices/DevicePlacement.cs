using System.Text.RegularExpressions;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Training.Devices;

/// <summary>Decides where a run computes. The same bits come only of the same kind of device, library and precision, so that these belong to what a run is.</summary>
public static partial class DevicePlacement
{
    /// <summary>A card where there is one, else the CPU engine.</summary>
    public const string Auto = "auto";

    /// <summary>The precision of products that every device has.</summary>
    public const string Float32 = "float32";

    /// <summary>What the setting <c>precision</c> takes.</summary>
    public static IReadOnlyList<string> Precisions { get; } = [Float32, "tf32", "bf16"];

    /// <summary>Whether a text may name a device, on whatever machine.</summary>
    public static bool IsDevice(string text) => DevicePattern().IsMatch(text);

    /// <summary>The configuration with a device of this machine, and with what its results are tied to.</summary>
    /// <param name="configuration">What was asked for. Where it says what the run began on, that stays.</param>
    /// <param name="devices">The machine's.</param>
    /// <param name="load">Runs that wait for a device or use it: among cards, <see cref="Auto"/> takes the one with the fewest.</param>
    /// <exception cref="ArgumentException">The device is not there, or would give other bits than the one that the run began on.</exception>
    public static RunConfiguration Place(RunConfiguration configuration, IComputeDevices devices, Func<string, int>? load = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(devices);
        var id = Choose(configuration.Device, devices, load);
        using var backend = devices.Open(id, configuration.Precision);
        var fingerprint = backend.Info.Fingerprint;
        if (configuration.BeganOn is { } began && began != fingerprint && !configuration.DeviceChange)
        {
            throw Changed(began, fingerprint);
        }

        return configuration with { Device = id, BeganOn = configuration.BeganOn ?? fingerprint };
    }

    /// <summary>The device that a run gets which names one, or <see cref="Auto"/>.</summary>
    /// <param name="device">What the run names.</param>
    /// <param name="devices">The machine's.</param>
    /// <param name="load">Runs that wait for a device or use it: among cards, <see cref="Auto"/> takes the one with the fewest.</param>
    public static string Choose(string device, IComputeDevices devices, Func<string, int>? load = null)
    {
        ArgumentNullException.ThrowIfNull(devices);
        return device != Auto ? device : devices.All.Where(static one => one.IsCard).MinBy(one => load?.Invoke(one.Id) ?? 0)?.Id ?? BackendInfo.CpuId;
    }

    /// <summary>A stopped run's configuration for a device of this machine. One that has begun goes on with what the other device made; its record says so.</summary>
    /// <param name="configuration">The run's.</param>
    /// <param name="begun">Whether it has begun.</param>
    /// <param name="device">Where it goes on.</param>
    /// <param name="devices">The machine's.</param>
    /// <exception cref="ArgumentException">There is no such device, or it lacks the run's precision.</exception>
    public static RunConfiguration Move(RunConfiguration configuration, bool begun, string device, IComputeDevices devices)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (!IsDevice(device))
        {
            throw new ArgumentException("A device is named cpu, torch:cpu, cuda:0 (or another number) or mps.");
        }

        return Place(
            configuration with
            {
                Device = device,
                DeviceChange = begun,
                BeganOn = begun ? configuration.BeganOn ?? BackendInfo.CpuId : null,
                Precision = device == BackendInfo.CpuId ? Float32 : configuration.Precision,
            },
            devices);
    }

    /// <summary>Why a run cannot go on here without another device, or null.</summary>
    /// <param name="configuration">The run's.</param>
    /// <param name="begun">Whether it has begun.</param>
    /// <param name="devices">The machine's.</param>
    public static string? Obstacle(RunConfiguration configuration, bool begun, IComputeDevices devices)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        try
        {
            Place(configuration with { BeganOn = begun ? configuration.BeganOn ?? BackendInfo.CpuId : null }, devices);
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>What results say of where they were computed; null for the CPU engine alone.</summary>
    /// <param name="configuration">The run's, which says where it began.</param>
    /// <param name="now">Where it computes now.</param>
    public static string? Provenance(RunConfiguration configuration, BackendInfo now)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(now);
        return configuration.BeganOn is { } began && began != now.Fingerprint ? $"{began}, then {now.Fingerprint}" : PartOfFingerprint(configuration);
    }

    /// <summary>What a fingerprint holds of the device; null for the CPU engine, whose results carry none.</summary>
    public static string? PartOfFingerprint(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.BeganOn is null or BackendInfo.CpuId ? null : configuration.BeganOn;
    }

    /// <summary>Says that a run would go on with other bits.</summary>
    internal static ArgumentException Changed(string began, string now) => new(
        $"The run began on {began}; here it would go on with {now}, which gives other bits. To go on all the same, repeat the command with --device-change, or choose \"Resume on another device\" on the run's page; the run's log then says so.");

    /// <summary>Says which devices there are.</summary>
    public static ArgumentException Missing(string id, IComputeDevices devices) => new(
        $"There is no device {id} on this machine; there is {string.Join(", ", devices.All.Select(static device => device.Id))}.{(devices.Problem is { } problem ? " " + problem : " The command torch status says what is missing.")}");

    [GeneratedRegex("^(auto|cpu|torch:cpu|mps|cuda:[0-9]{1,2})$")]
    private static partial Regex DevicePattern();
}
