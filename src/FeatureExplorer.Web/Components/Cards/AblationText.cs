using System.Text;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Cards;

/// <summary>What removing the feature does to the prediction of tokens, as a class for their underline and in words.</summary>
public static class AblationText
{
    // Effects in nats from which a line is drawn, and drawn thicker.
    private const double Least = 0.05;
    private const double Medium = 0.5;
    private const double Strong = 2;

    /// <summary>" u1" … " u3" where the feature helped, " h1" … " h3" where it hurt, empty where it did next to nothing.</summary>
    public static string Class(IReadOnlyList<AblatedToken> ablated)
    {
        var effect = ablated.Sum(a => a.Effect);
        var size = Math.Abs(effect);
        return size < Least ? string.Empty : $" {(effect > 0 ? 'u' : 'h')}{(size < Medium ? 1 : size < Strong ? 2 : 3)}";
    }

    /// <summary>The effect on the loss in words, or null where there is none.</summary>
    public static string? Loss(IReadOnlyList<AblatedToken> ablated) =>
        ablated.Count == 0 ? null : $"Loss without it: {Show.Signed(ablated.Sum(a => a.Effect))} nats";

    /// <summary>The effect in words with the tokens that the feature promotes and suppresses, or null where there is none.</summary>
    public static string? Of(IReadOnlyList<AblatedToken> ablated, TokenText text)
    {
        if (ablated.Count == 0)
        {
            return null;
        }

        var words = new StringBuilder(Loss(ablated));
        foreach (var token in ablated)
        {
            Append(words, "promotes", token.Promoted, text);
            Append(words, "suppresses", token.Suppressed, text);
        }

        return words.ToString();
    }

    private static void Append(StringBuilder words, string verb, IReadOnlyList<TokenWeight> tokens, TokenText text)
    {
        if (tokens.Count > 0)
        {
            words.Append('\n').Append(verb).Append(' ').AppendJoin(", ", tokens.Select(t => $"“{text.Of(t.Token)}” {Show.Signed(t.Weight)}"));
        }
    }
}
