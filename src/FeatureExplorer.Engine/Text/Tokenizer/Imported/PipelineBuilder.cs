using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>Puts the parts of a tokenizer together.</summary>
internal static class PipelineBuilder
{
    public static TokenizerPipeline Build(TokenizerParts parts, PairModel model, ByteStrings spellings)
    {
        var normalizers = parts.Normalizer.Normalizers;
        List<PreTokenizerStep> steps = [.. parts.PreTokenizer.Steps];
        if (WordSign(parts, spellings) is { } sign)
        {
            steps.Add(new WordStep(sign));
        }

        return new TokenizerPipeline(
            new AddedTokens(parts.Added.Where(token => !IsChanged(token)).Select(static token => (token, Encoding.UTF8.GetBytes(token.Content)))),
            normalizers,
            new AddedTokens(parts.Added.Where(IsChanged).Select(token => (token, Written: Normalized(token.Content, normalizers))).Where(static token => token.Written.Length > 0)),
            steps,
            model);

        bool IsChanged(AddedToken token) => token.Normalized && normalizers.Count > 0;
    }

    private static byte[] Normalized(string content, List<INormalizer> normalizers)
    {
        var text = new WorkingText(Encoding.UTF8.GetBytes(content), 0, new AlignedText(), new AlignedText());
        foreach (var normalizer in normalizers)
        {
            if (!normalizer.Leaves(text.Bytes))
            {
                var (from, to) = text.Change();
                normalizer.Apply(from, to);
                text.Become(to);
            }
        }

        return text.Bytes.ToArray();
    }

    // The sign that stands for a space, where no merge makes a token that has one after another character: words can then be merged one by one.
    private static byte[]? WordSign(TokenizerParts parts, ByteStrings spellings)
    {
        if (parts.Options.IsByteLevel || parts.Options.IgnoreMerges || (parts.Space ?? parts.Normalizer.Prefix) is not { } space || parts.Vocabulary.IdOf(space) is null)
        {
            return null;
        }

        if (parts.Options.Unknown is null && !HasAllBytes(parts))
        {
            return null; // characters that are left out bring the signs of spaces on both sides together
        }

        var sign = Encoding.UTF8.GetBytes(space);
        foreach (var (_, _, id) in parts.Vocabulary.Merges)
        {
            var rest = spellings[id];
            while (rest.StartsWith(sign))
            {
                rest = rest[sign.Length..];
            }

            if (rest.IndexOf(sign) >= 0)
            {
                return null;
            }
        }

        return sign;
    }

    private static bool HasAllBytes(TokenizerParts parts) => parts.Options.HasByteFallback && Enumerable.Range(0, 256).All(value => parts.Vocabulary.IdOf($"<0x{value:X2}>") is not null);
}
