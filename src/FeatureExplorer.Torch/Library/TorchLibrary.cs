using System.Runtime.InteropServices;
using TorchSharp;

namespace FeatureExplorer.Torch.Library;

/// <summary>
/// Finds and loads the native libtorch before anything of TorchSharp is touched: TorchSharp's own attempt writes its trace to the console when it fails, and
/// keeps nothing of the loader's reason.
/// </summary>
public static class TorchLibrary
{
    /// <summary>The libtorch that TorchSharp 0.107 was built for. Its C++ interface changes with every minor version.</summary>
    public const string Version = "2.10";

    private const string Bridge = "LibTorchSharp";

    private static readonly Lock Loading = new();
    private static string? _loadedFrom;

    /// <summary>The folder that libtorch came from; null while none is loaded.</summary>
    public static string? LoadedFrom => _loadedFrom;

    /// <summary>Version of the libtorch that is loaded, as far as its folder tells; else the one that is needed.</summary>
    public static string LoadedVersion { get; private set; } = Version;

    /// <summary>Whether a folder looks like one that <see cref="Load"/> takes.</summary>
    public static bool IsThere(string folder) => File.Exists(Path.Combine(LibraryFolder(folder), FileName("torch_cpu")));

    /// <summary>Loads libtorch; once, later calls return the first folder.</summary>
    /// <param name="folder">A folder with libtorch, or Python's <c>site-packages/torch</c> or its <c>lib</c>.</param>
    /// <param name="anyVersion">Try another version than <see cref="Version"/>, too: it may fail at any call.</param>
    /// <returns>The folder that libtorch came from.</returns>
    /// <exception cref="TorchUnavailableException">It cannot be loaded.</exception>
    public static string Load(string folder, bool anyVersion = false)
    {
        lock (Loading)
        {
            if (_loadedFrom is null)
            {
                var from = LoadFrom(Checked(folder, anyVersion));
                (_loadedFrom, LoadedVersion) = (from, VersionOf(from) ?? Version);
            }

            return _loadedFrom;
        }
    }

    private static string LoadFrom(string folder)
    {
        // A bridge beside libtorch comes first; a Python installation has none, and uses the one beside the application.
        var bridge = new[] { folder, AppContext.BaseDirectory }.Select(static path => Path.Combine(path, FileName(Bridge))).FirstOrDefault(File.Exists)
            ?? throw new TorchUnavailableException(
                $"{FileName(Bridge)} is missing in {folder} and beside the application: fetch the folder with scripts/TorchRuntime (README, \"With a GPU\"), which brings it along.");
        foreach (var file in InOrder(folder))
        {
            LoadFile(file);
        }

        var handle = LoadFile(bridge);
        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == Bridge ? handle : IntPtr.Zero);
        return folder;
    }

    /// <summary>What others need comes first, as in Python's own loader. On Windows also cuDNN and NVRTC, which are looked up by name.</summary>
    private static IEnumerable<string> InOrder(string folder)
    {
        var first = ((string[])["c10", "c10_cuda", "torch_cpu", "torch_cuda", "torch"]).Select(name => Path.Combine(folder, FileName(name))).Where(File.Exists);
        return OperatingSystem.IsWindows()
            ? first.Concat(Directory.EnumerateFiles(folder, "*.dll").Where(static file => ByName(Path.GetFileName(file)))).Distinct()
            : first;

        static bool ByName(string name) => ((string[])["cudnn", "nvrtc", "caffe2_nvrtc"]).Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase));
    }

    private static IntPtr LoadFile(string file)
    {
        try
        {
            // An absolute path: Windows then looks in that file's own folder for what it needs.
            return NativeLibrary.Load(Path.GetFullPath(file));
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw new TorchUnavailableException(Reason(file, error.Message), error);
        }
    }

    internal static string Reason(string file, string message) => message switch
    {
        _ when message.Contains("GLIBCXX_", StringComparison.Ordinal) =>
            $"{file} needs the libstdc++ of GCC 13 or newer, which this system lacks: use Debian 13, Ubuntu 24.04, Fedora 38 or later, or run scripts/torch-compat.py on it.",
        _ when message.Contains("GLIBC_", StringComparison.Ordinal) => $"{file} needs a newer glibc than this system has: use Debian 12, Ubuntu 22.04 or later.",
        _ when OperatingSystem.IsWindows() =>
            $"{file} cannot be loaded: the Visual C++ 2015–2022 runtime (x64) may be missing, or a part of CUDA. {message.ReplaceLineEndings(" ")}",
        _ => $"{file} cannot be loaded: {message.ReplaceLineEndings(" ")}",
    };

    internal static string Checked(string path, bool anyVersion)
    {
        var folder = LibraryFolder(path);
        if (!File.Exists(Path.Combine(folder, FileName("torch_cpu"))))
        {
            throw new TorchUnavailableException(
                $"{path} holds no libtorch ({FileName("torch_cpu")} is missing): fetch one with ./run.sh --gpu, or set Torch:LibraryPath to the folder torch/lib of a Python installation with PyTorch {Version}.");
        }

        var version = VersionOf(folder);
        return anyVersion || version is null || version.StartsWith(Version + ".", StringComparison.Ordinal)
            ? folder
            : throw new TorchUnavailableException(
                $"{path} holds PyTorch {version}; {Version} is needed: pip install torch=={Version}.0, or set Torch:AnyVersion to true to try it all the same.");
    }

    private static string LibraryFolder(string path) => File.Exists(Path.Combine(path, "lib", FileName("torch_cpu"))) ? Path.Combine(path, "lib") : path;

    /// <summary>What Python's <c>torch/version.py</c> says; null where there is none.</summary>
    private static string? VersionOf(string folder)
    {
        var file = Path.Combine(folder, "..", "version.py");
        return File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(static line => line.StartsWith("__version__", StringComparison.Ordinal))?.Split('\'', '"').ElementAtOrDefault(1)
            : null;
    }

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
}
