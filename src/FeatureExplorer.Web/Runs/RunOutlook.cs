using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Web.Runs;

/// <summary>What a run would cost, and whether its names are free.</summary>
/// <param name="Configuration">The run.</param>
/// <param name="Estimate">Time, memory and disk.</param>
/// <param name="Speed">The machine's speed that the time comes from.</param>
/// <param name="FreeDisk">Bytes that the data folder's disk has left.</param>
/// <param name="Names">What is wrong with its names.</param>
public sealed record RunOutlook(RunConfiguration Configuration, RunEstimate Estimate, MachineSpeed Speed, long FreeDisk, IReadOnlyList<RunProblem> Names)
{
    /// <summary>Bytes of memory that this machine has for the program.</summary>
    public static long MemoryHere => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
