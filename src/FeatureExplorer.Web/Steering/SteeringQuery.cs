using System.Globalization;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Transformer.Generation;
using FeatureExplorer.Web.Addresses;

namespace FeatureExplorer.Web.Steering;

/// <summary>What a reader chose for steering with a feature: the whole state of the page, all of it in the address.</summary>
public sealed record SteeringQuery
{
    /// <summary>Smallest strength.</summary>
    public const double Weakest = SteeringSurvey.Weakest;

    /// <summary>Largest strength.</summary>
    public const double Strongest = SteeringSurvey.Strongest;

    /// <summary>Most features that are held beside the page's own.</summary>
    public const int MostOthers = 4;

    /// <summary>Longest prompt, in characters.</summary>
    public const int LongestPrompt = 1000;

    public const int MostTokens = 200;

    public const int MostSamples = 8;

    public const int MostTopK = 10_000;

    public const double Hottest = 5;

    /// <summary>The paper's prompt.</summary>
    public const string UsualPrompt = SteeringSurvey.UsualPrompt;

    /// <summary>What the model goes on with.</summary>
    public string Prompt { get; init; } = UsualPrompt;

    /// <summary>What the feature is held at, as a multiple of its largest activation on held-out tokens.</summary>
    public double Strength { get; init; } = 1;

    /// <summary>Other features that are held, with their strengths.</summary>
    public IReadOnlyList<(int Feature, double Strength)> Others { get; init; } = [];

    /// <summary>Name of the context; null for the feature's best.</summary>
    public string? Context { get; init; }

    /// <summary>Whether tokens are coloured by the context; else by the feature.</summary>
    public bool ByContext { get; init; }

    /// <summary>How samples are drawn.</summary>
    public SteeringOptions Options { get; init; } = new();

    /// <summary>What an address says; its values have been checked.</summary>
    public static SteeringQuery Parse(
        string? prompt, string? strength, string? with, string? tokens, string? samples, string? seed, string? temperature, string? topK, string? topP,
        string? positions, string? error, string? context, string? colour = null)
    {
        var (usual, options) = (new SteeringQuery(), new SteeringOptions());
        return new SteeringQuery
        {
            Prompt = string.IsNullOrEmpty(prompt) ? usual.Prompt : prompt,
            Strength = Number(strength) ?? usual.Strength,
            Others = string.IsNullOrEmpty(with) ? [] : StrengthsParameterAttribute.Parse(with) ?? [],
            Context = string.IsNullOrEmpty(context) ? null : context,
            ByContext = colour == "context",
            Options = new SteeringOptions
            {
                Tokens = (int)(Number(tokens) ?? options.Tokens),
                Samples = (int)(Number(samples) ?? options.Samples),
                Seed = ulong.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : options.Seed,
                Positions = Urls.Parse<SteeringPositions>(positions) ?? options.Positions,
                KeepError = error != "drop",
                Sampling = new SamplingOptions((float)(Number(temperature) ?? 1), (int)(Number(topK) ?? 0), (float)(Number(topP) ?? 1)),
            },
        };
    }

    /// <summary>Adds what differs from a page without any choice.</summary>
    internal void AddTo(UrlBuilder url)
    {
        var (usual, options, sampling) = (new SteeringQuery(), new SteeringOptions(), new SamplingOptions());
        url.Add("prompt", Prompt == usual.Prompt ? null : Prompt);
        Add(url, "strength", Strength, usual.Strength);
        url.Add("with", Others.Count == 0 ? null : StrengthsParameterAttribute.Write(Others));
        Add(url, "tokens", Options.Tokens, options.Tokens);
        Add(url, "samples", Options.Samples, options.Samples);
        url.Add("seed", Options.Seed == options.Seed ? null : Options.Seed.ToString(CultureInfo.InvariantCulture));
        Add(url, "temperature", Options.Sampling.Temperature, sampling.Temperature);
        Add(url, "topk", Options.Sampling.TopK, sampling.TopK);
        Add(url, "topp", Options.Sampling.TopP, sampling.TopP);
        url.Add("positions", Options.Positions == options.Positions ? null : Urls.Word(Options.Positions));
        url.Add("error", Options.KeepError ? null : "drop");
        url.Add("context", Context);
        url.Add("colour", ByContext ? "context" : null);
    }

    private static void Add(UrlBuilder url, string name, double value, double usual) =>
        url.Add(name, Math.Abs(value - usual) < 1e-6 ? null : value.ToString("0.####", CultureInfo.InvariantCulture));

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
}
