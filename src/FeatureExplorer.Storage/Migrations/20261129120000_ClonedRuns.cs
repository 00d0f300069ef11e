using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FeatureExplorer.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ClonedRuns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "ClonedFrom",
                table: "Runs",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ClonedFrom",
                table: "Runs");
        }
    }
}
