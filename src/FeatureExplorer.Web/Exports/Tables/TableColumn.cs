namespace FeatureExplorer.Web.Exports.Tables;

/// <summary>A column of some rows.</summary>
/// <param name="Name">Its name, the same in every block of a table.</param>
/// <param name="Values">int[], long[], float[], double[] or string?[]: one for each row. Not a number and null are empty.</param>
public sealed record TableColumn(string Name, Array Values);
