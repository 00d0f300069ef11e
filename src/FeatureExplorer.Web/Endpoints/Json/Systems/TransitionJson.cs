using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>One feature after another, as the API tells of it.</summary>
public sealed record TransitionJson(
    int From, int To, int Count, double Probability, double Lift, double Back, double Together, double Promoted, double Weight, IReadOnlyList<TransitionJson.LeadingToken> Tokens)
{
    public static TransitionJson Of(Transition transition, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(transition);
        return new TransitionJson(
            transition.From, transition.To, transition.Count, transition.Probability, transition.Lift, transition.Back, transition.Together, transition.Promoted, transition.Weight,
            [.. transition.Tokens.Select(token => new LeadingToken(text.Of(token.Token), token.Token, token.Count, token.Promoted))]);
    }

    /// <summary>A token that leads from one to the other.</summary>
    public sealed record LeadingToken(string Token, int Id, int Count, bool Promoted);
}
