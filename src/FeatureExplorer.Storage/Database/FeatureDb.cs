using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Entities;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Runs;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Database;

/// <summary>
/// The database's tables, those of Identity's accounts among them. Only this project sees it; pages get records from <see cref="FeatureStore"/>.
/// </summary>
internal sealed class FeatureDb(DbContextOptions<FeatureDb> options) : IdentityUserContext<Account>(options)
{
    public DbSet<ModelRow> Models => Set<ModelRow>();

    public DbSet<DictionaryRow> Dictionaries => Set<DictionaryRow>();

    public DbSet<FeatureRow> Features => Set<FeatureRow>();

    public DbSet<FeatureDetailRow> FeatureDetails => Set<FeatureDetailRow>();

    public DbSet<RelationRow> Relations => Set<RelationRow>();

    public DbSet<RelationSummaryRow> RelationSummaries => Set<RelationSummaryRow>();

    public DbSet<AblationRow> Ablations => Set<AblationRow>();

    public DbSet<AnalysisRow> Analyses => Set<AnalysisRow>();

    public DbSet<SteeringRow> Steerings => Set<SteeringRow>();

    public DbSet<RunRow> Runs => Set<RunRow>();

    public DbSet<LabelRow> Labels => Set<LabelRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    public DbSet<SavedContextRow> SavedContexts => Set<SavedContextRow>();

    public DbSet<RunEventRow> RunEvents => Set<RunEventRow>();

    public DbSet<RunCurveRow> RunCurves => Set<RunCurveRow>();

    public DbSet<CorpusRow> Corpora => Set<CorpusRow>();

    /// <summary>Identity's tables stay as the migrations made them, whatever newer version it would choose.</summary>
    protected override Version SchemaVersion => IdentitySchemaVersions.Version1;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        Accounts(modelBuilder);
        modelBuilder.Entity<ModelRow>().HasIndex(m => m.Name).IsUnique();
        modelBuilder.Entity<DictionaryRow>(dictionary =>
        {
            dictionary.HasOne(d => d.Model).WithMany(m => m.Dictionaries).HasForeignKey(d => d.ModelId);
            dictionary.Property(d => d.Status).HasConversion(new StoredEnum<DictionaryStatus>());
            // A new version is imported beside the old one: a name is unique only among those that are ready.
            dictionary.HasIndex(d => new { d.ModelId, d.Name }).IsUnique().HasFilter("\"Status\" = 'Ready'");
        });
        modelBuilder.Entity<FeatureRow>(feature =>
        {
            feature.HasKey(f => new { f.DictionaryId, f.Index });
            feature.HasOne(f => f.Dictionary).WithMany(d => d.Features).HasForeignKey(f => f.DictionaryId);
            feature.Property(f => f.State).HasConversion(new StoredEnum<FeatureState>());
            // The index closes every order, so that it is the same on every visit.
            feature.HasIndex(f => new { f.DictionaryId, f.Density, f.Index });
            feature.HasIndex(f => new { f.DictionaryId, f.Max, f.Index });
            feature.HasIndex(f => new { f.DictionaryId, f.BestScore, f.Index });
            feature.HasIndex(f => new { f.DictionaryId, f.BestContext });
        });
        modelBuilder.Entity<FeatureDetailRow>(detail =>
        {
            detail.HasKey(d => new { d.DictionaryId, d.Index });
            detail.HasOne(d => d.Feature).WithOne().HasForeignKey<FeatureDetailRow>(d => new { d.DictionaryId, d.Index });
        });
        modelBuilder.Entity<SavedContextRow>().HasIndex(c => c.Name).IsUnique();
        modelBuilder.Entity<LabelRow>().HasIndex(l => new { l.Model, l.Dictionary, l.Index });
        modelBuilder.Entity<RelationRow>(relation =>
        {
            relation.HasKey(r => new { r.LeftId, r.Index, r.RightId });
            relation.HasOne(r => r.Left).WithMany().HasForeignKey(r => r.LeftId);
            relation.HasOne(r => r.Right).WithMany().HasForeignKey(r => r.RightId);
        });
        modelBuilder.Entity<RelationSummaryRow>(summary =>
        {
            summary.HasKey(s => new { s.LeftId, s.RightId });
            summary.HasOne(s => s.Left).WithMany().HasForeignKey(s => s.LeftId);
            summary.HasOne(s => s.Right).WithMany().HasForeignKey(s => s.RightId);
        });
        modelBuilder.Entity<AblationRow>(ablation =>
        {
            ablation.HasKey(a => new { a.DictionaryId, a.Index });
            ablation.HasOne(a => a.Dictionary).WithMany().HasForeignKey(a => a.DictionaryId);
        });
        modelBuilder.Entity<AnalysisRow>(analysis =>
        {
            analysis.HasKey(a => new { a.DictionaryId, a.Kind, a.Index, a.OtherId });
            analysis.Property(a => a.Kind).HasConversion(new StoredEnum<AnalysisKind>());
            analysis.HasOne(a => a.Dictionary).WithMany().HasForeignKey(a => a.DictionaryId);
            analysis.HasOne(a => a.Other).WithMany().HasForeignKey(a => a.OtherId);
        });
        modelBuilder.Entity<SteeringRow>(steering =>
        {
            steering.HasKey(s => new { s.DictionaryId, s.Index });
            steering.HasOne(s => s.Dictionary).WithMany().HasForeignKey(s => s.DictionaryId);
        });
        modelBuilder.Entity<RunRow>(run =>
        {
            run.Property(r => r.Status).HasConversion(new StoredEnum<RunStatus>());
            run.Property(r => r.Wanted).HasConversion(new StoredEnum<RunStatus>());
            // What was there before the queue came from the command line or was the demo: neither is taken up by itself.
            run.Property(r => r.Origin).HasConversion(new StoredEnum<RunOrigin>()).HasDefaultValue(RunOrigin.CommandLine).ValueGeneratedNever();
            run.HasIndex(r => r.Status);
        });
        modelBuilder.Entity<RunEventRow>(line =>
        {
            line.HasOne(e => e.Run).WithMany().HasForeignKey(e => e.RunId);
            line.Property(e => e.Kind).HasConversion(new StoredEnum<RunEventKind>());
        });
        modelBuilder.Entity<RunCurveRow>(curve =>
        {
            curve.HasKey(c => new { c.RunId, c.Name });
            curve.HasOne(c => c.Run).WithMany().HasForeignKey(c => c.RunId);
        });
        modelBuilder.Entity<CorpusRow>().HasIndex(c => c.Name).IsUnique();
        WithoutReturning(modelBuilder);
    }

    // With RETURNING, SQLite would commit a row only after the driver has read its key, and the driver does not look whether that worked: on a full disk
    // a write would be lost without an error. Tables with triggers (ContentVersion) could not use it anyway.
    private static void WithoutReturning(ModelBuilder modelBuilder)
    {
        foreach (var entity in modelBuilder.Model.GetEntityTypes().ToList())
        {
            entity.UseSqlReturningClause(false);
        }
    }

    private static void Accounts(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Account>(account =>
        {
            account.ToTable("Accounts");
            // An account whose role is none may do the least, and an administrator can give it another.
            account.Property(a => a.Role).HasConversion(new StoredEnum<Role>(Role.Viewer));
        });
        modelBuilder.Entity<IdentityUserClaim<string>>().ToTable("AccountClaims");
        modelBuilder.Entity<IdentityUserLogin<string>>().ToTable("AccountLogins");
        modelBuilder.Entity<IdentityUserToken<string>>().ToTable("AccountTokens");
        modelBuilder.Entity<SessionRow>(session =>
        {
            session.HasOne(s => s.Account).WithMany().HasForeignKey(s => s.AccountId);
            session.HasIndex(s => s.Begun);
        });
        modelBuilder.Entity<AuditRow>(audit =>
        {
            audit.Property(a => a.Outcome).HasConversion(new StoredEnum<AuditOutcome>());
            audit.HasIndex(a => a.Who);
            audit.HasIndex(a => a.What);
        });
    }
}
