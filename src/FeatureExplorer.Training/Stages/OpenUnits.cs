using FeatureExplorer.Analysis.Relations;

namespace FeatureExplorer.Training.Stages;

/// <summary>Units with the files that they were read from.</summary>
internal sealed class OpenUnits(RelatedUnits units) : IDisposable
{
    public RelatedUnits Units => units;

    public void Dispose()
    {
        units.Index.Dispose();
        units.Dictionary.Dispose();
        units.Model.Dispose();
    }
}
