using FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>Many models have more ids than their tokenizer, so that their matrices have round sizes. The ids beyond stand for no text.</summary>
public static class TokenizerPadding
{
    /// <summary>The last id of a tokenizer that was given ids of its model; null where there are none.</summary>
    public static int? Of(ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var last = tokenizer.VocabularySize - 1;
        return tokenizer.Spelling(last) == Spelling(last) ? last : null;
    }

    private static string Spelling(int id) => $"<|unused {id}|>";

    /// <summary>The tokenizer with as many ids as its model.</summary>
    /// <exception cref="InvalidDataException">It has more.</exception>
    internal static TokenizerParts To(TokenizerParts parts, int? ids)
    {
        var own = Math.Max(parts.Vocabulary.Tokens.Count, parts.Added.Select(static token => token.Id + 1).DefaultIfEmpty().Max());
        if (ids is not { } all || own == all)
        {
            return parts;
        }

        return own < all
            ? parts with { Added = [.. parts.Added, new AddedToken(all - 1, Spelling(all - 1), Special: true)] }
            : throw new InvalidDataException($"{parts.File} has {own:N0} token ids, and the model {all:N0}: it is not the model's tokenizer.");
    }
}
