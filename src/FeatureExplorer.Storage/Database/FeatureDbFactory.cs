using Microsoft.EntityFrameworkCore.Design;

namespace FeatureExplorer.Storage.Database;

/// <summary>For the migrations tool, which needs a context but no data.</summary>
internal sealed class FeatureDbFactory : IDesignTimeDbContextFactory<FeatureDb>
{
    public FeatureDb CreateDbContext(string[] args) => new(FeatureDatabase.Options(Path.Combine(Path.GetTempPath(), "featureexplorer-design.db")));
}
