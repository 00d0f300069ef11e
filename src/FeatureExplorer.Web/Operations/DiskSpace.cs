using System.Diagnostics;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Operations;

/// <summary>How much room the data folder's disk has left; asked at most every few seconds.</summary>
public sealed class DiskSpace(DataFolder folder, DiskOptions options)
{
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private long _asked;
    private long _free;

    /// <summary>Bytes that may still be written.</summary>
    public long Free
    {
        get
        {
            lock (_gate)
            {
                if (_asked == 0 || Stopwatch.GetElapsedTime(_asked) > Validity)
                {
                    _free = new DriveInfo(folder.Root).AvailableFreeSpace;
                    _asked = Stopwatch.GetTimestamp();
                }

                return _free;
            }
        }
    }

    /// <summary>Bytes below which the disk counts as full.</summary>
    public long Minimum => (long)(options.MinimumFreeMegabytes * 1e6);

    /// <summary>True when there is too little room to go on writing.</summary>
    public bool Low => Free < Minimum;

    /// <summary>What people should know when <see cref="Low"/>.</summary>
    public string Notice =>
        $"The disk of the data folder is nearly full: {Free / 1e6:N0} MB are free, at least {Minimum / 1e6:N0} MB are needed. Nothing can be trained or saved until there is room again.";
}
