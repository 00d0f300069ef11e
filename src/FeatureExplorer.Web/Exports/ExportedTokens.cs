using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Exports;

/// <summary>Tokens as other programs take them: their own text, spaces and line breaks as they are; what is part of a character only is U+FFFD.</summary>
internal static class ExportedTokens
{
    /// <summary>A token's text. Databases take no zero character.</summary>
    public static string Of(TokenText text, int token) =>
        token < text.Count ? text.Written([token]).Replace('\0', ' ') is { Length: > 0 } written ? written : text.Of(token) : text.Of(token);

    /// <summary>The texts of an example's tokens.</summary>
    public static string[] Of(TokenText text, Example example) => [.. example.Tokens.Select(token => Of(text, token))];
}
