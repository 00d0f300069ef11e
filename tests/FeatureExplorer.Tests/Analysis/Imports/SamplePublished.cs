using System.Text.Json;
using System.Text.Json.Nodes;

namespace FeatureExplorer.Tests.Analysis.Imports;

/// <summary>Made-up feature files in the form of the paper's browser.</summary>
internal static class SamplePublished
{
    public static JsonObject Feature(int index = 7, double density = 0.0005806) => JsonNode.Parse($$$"""
        {
          "index": {{{index}}}, "act_buckets": [3, 0, 5], "act_bucket_edges": [0, 1.5, 3.0, 4.501],
          "logit_buckets": [1, 12340], "logit_bucket_edges": [-0.5, 0, 0.5791],
          "examples_quantiles": [
            { "quantile_name": "Top Activations", "quantile_max_act": 4.51, "examples": [{{{Example(4.51)}}}, {{{Example(4.2)}}}] },
            { "quantile_name": "Subsample Interval 0", "quantile_max_act": 4.501, "examples": [{{{Example(4.501)}}}] },
            { "quantile_name": "Bottom Activations", "quantile_max_act": 0.01, "examples": [{{{Example(0.01)}}}] }
          ],
          "statistics": { "density_frac": {{{density.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}}}, "global_max_act": 4.51,
            "abs_max_neuron_weights": [-0.1982, 0.19], "abs_max_neuron_inds": [449, 138], "l1_max_neuron_weights": [0.01466, 0.014] },
          "logit_effects": { "negatives": [[" case", -0.2702], ["\n", -0.2703]], "positives": [["ي", 0.5791], ["<b>", 0.5]] }
        }
        """)!.AsObject();

    /// <summary>Writes a feature to a folder under its usual name.</summary>
    public static string Write(string folder, JsonObject feature, string? name = null)
    {
        var file = Path.Combine(folder, name ?? $"{feature["index"]}.json");
        File.WriteAllText(file, feature.ToJsonString());
        return file;
    }

    private static string Example(double activation) => JsonSerializer.Serialize(new
    {
        tokens_str_list = new[] { "\\xd8", "<script>", "ن", "\u202e" },
        tokens_acts_list = new[] { 0, 1.25, activation, 0 },
        train_token_ind = 2,
        is_repeated_datapoint = activation == 4.501 ? 1 : 0,
        datapoint_ind = 46632849,
        ablations = new
        {
            loss_ablation = new[] { 0, 0, -0.4, 2.606 },
            top_logit_ablation_tokens_str = new[] { new[] { "<META>", "<META>", " extent", " doubt" } },
            top_logit_ablation_values = new[] { new[] { 0, 0, 3.756, 1.888 } },
            bottom_logit_ablation_tokens_str = new[] { new[] { "<META>", "<META>", "ك", "ي" } },
            bottom_logit_ablation_values = new[] { new[] { 0, 0, -4.156, -4.945 } },
            residual_loss_ablation = new[] { 1.976, 2.573, 0, 0.5 },
        },
    });
}
