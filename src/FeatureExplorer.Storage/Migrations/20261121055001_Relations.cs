using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FeatureExplorer.Storage.Migrations
{
    public partial class Relations : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Ablations",
                columns: table => new
                {
                    DictionaryId = table.Column<long>(type: "INTEGER", nullable: false),
                    Index = table.Column<int>(type: "INTEGER", nullable: false),
                    Effect = table.Column<double>(type: "REAL", nullable: false),
                    Control = table.Column<double>(type: "REAL", nullable: true),
                    Report = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Ablations", x => new { x.DictionaryId, x.Index });
                    table.ForeignKey(
                        name: "FK_Ablations_Dictionaries_DictionaryId",
                        column: x => x.DictionaryId,
                        principalTable: "Dictionaries",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "RelationSummaries",
                columns: table => new
                {
                    LeftId = table.Column<long>(type: "INTEGER", nullable: false),
                    RightId = table.Column<long>(type: "INTEGER", nullable: false),
                    Json = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RelationSummaries", x => new { x.LeftId, x.RightId });
                    table.ForeignKey(
                        name: "FK_RelationSummaries_Dictionaries_LeftId",
                        column: x => x.LeftId,
                        principalTable: "Dictionaries",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_RelationSummaries_Dictionaries_RightId",
                        column: x => x.RightId,
                        principalTable: "Dictionaries",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Relations",
                columns: table => new
                {
                    LeftId = table.Column<long>(type: "INTEGER", nullable: false),
                    Index = table.Column<int>(type: "INTEGER", nullable: false),
                    RightId = table.Column<long>(type: "INTEGER", nullable: false),
                    Data = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Relations", x => new { x.LeftId, x.Index, x.RightId });
                    table.ForeignKey(
                        name: "FK_Relations_Dictionaries_LeftId",
                        column: x => x.LeftId,
                        principalTable: "Dictionaries",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_Relations_Dictionaries_RightId",
                        column: x => x.RightId,
                        principalTable: "Dictionaries",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RelationSummaries_RightId",
                table: "RelationSummaries",
                column: "RightId");

            migrationBuilder.CreateIndex(
                name: "IX_Relations_RightId",
                table: "Relations",
                column: "RightId");
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Ablations");

            migrationBuilder.DropTable(
                name: "RelationSummaries");

            migrationBuilder.DropTable(
                name: "Relations");
        }
    }
}
