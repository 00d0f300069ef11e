using System.Globalization;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>A context that cannot be used as it is written; the message says where, why, and what to write instead.</summary>
/// <param name="problem">What is wrong and the remedy, in sentences.</param>
/// <param name="position">Index in the text of the character where it goes wrong.</param>
public sealed class ContextExpressionException(string problem, int position)
    : FormatException(string.Create(CultureInfo.InvariantCulture, $"At character {position + 1}: {problem}"))
{
    /// <summary>What is wrong and the remedy, without the place.</summary>
    public string Problem { get; } = problem;

    /// <summary>Index in the text of the character where it goes wrong, from 0.</summary>
    public int Position { get; } = position;
}
