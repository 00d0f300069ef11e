using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FeatureExplorer.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Steering : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Steerings",
                columns: table => new
                {
                    DictionaryId = table.Column<long>(type: "INTEGER", nullable: false),
                    Index = table.Column<int>(type: "INTEGER", nullable: false),
                    Context = table.Column<string>(type: "TEXT", nullable: false),
                    Strength = table.Column<double>(type: "REAL", nullable: false),
                    Base = table.Column<double>(type: "REAL", nullable: false),
                    Steered = table.Column<double>(type: "REAL", nullable: false),
                    BaseLoss = table.Column<double>(type: "REAL", nullable: false),
                    SteeredLoss = table.Column<double>(type: "REAL", nullable: false),
                    Moved = table.Column<double>(type: "REAL", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Steerings", x => new { x.DictionaryId, x.Index });
                    table.ForeignKey(
                        name: "FK_Steerings_Dictionaries_DictionaryId",
                        column: x => x.DictionaryId,
                        principalTable: "Dictionaries",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Steerings");
        }
    }
}
