namespace FeatureExplorer.Analysis.Steering;

/// <summary>On which tokens features are pinned.</summary>
public enum SteeringPositions
{
    /// <summary>On every token, the end-of-text mark at the start included.</summary>
    All,

    /// <summary>On the tokens of the prompt.</summary>
    Prompt,

    /// <summary>On the last token of the prompt and on generated ones: every generated token is predicted with the pin, and the rest of the prompt is read without it.</summary>
    Generated,
}
