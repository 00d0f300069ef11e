using System.Collections.Concurrent;
using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;

namespace FeatureExplorer.Web.Steering;

/// <summary>
/// Answers what readers ask of steering. An answer is a function of the address, so the last ones are kept: a page, its chart and its connection ask for the same.
/// </summary>
public sealed class SteeringService(FeatureStore store, ExplorerData data, LiveModels models, Explorations explorations)
{
    private const int Kept = 128;

    private readonly ConcurrentDictionary<string, object> _answers = [];
    private readonly ConcurrentQueue<string> _order = [];

    /// <summary>Samples without and with the pins.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="feature">The page's feature.</param>
    /// <param name="query">What the reader chose.</param>
    /// <param name="progress">Hears of every token; of none when the answer is known.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="AddressException">The prompt does not fit, or a feature cannot be held.</exception>
    /// <exception cref="InvalidDataException">The model or the dictionary cannot be loaded.</exception>
    public SteeringAnswer Sample(
        DictionaryInfo dictionary, FeatureReport feature, SteeringQuery query, Action<SteeringProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(feature);
        ArgumentNullException.ThrowIfNull(query);
        return Once(Key("samples", dictionary, feature, query), () =>
        {
            var (pins, text) = (Pins(dictionary, feature, query, query.Strength), data.Open(dictionary).Text);
            SteeredSampler.Progress? hear = progress is null ? null : samples => progress(new SteeringProgress(Texts(samples[0], text), Texts(samples[1], text)));
            return Ask(dictionary, feature, query, (reader, prompt, context) =>
            {
                var samples = reader.Sample(prompt, [[], pins], query.Options, hear, cancellation);
                return new SteeringAnswer([.. prompt.Skip(1).Select(static token => (int)token)], pins, context, samples[0], samples[1]);
            }, cancellation);
        });
    }

    /// <summary>What the feature does at each strength of <see cref="SteeringPoint.Strengths"/>; other features stay at theirs.</summary>
    /// <inheritdoc cref="Sample"/>
    public IReadOnlyList<SteeringPoint> Curve(DictionaryInfo dictionary, FeatureReport feature, SteeringQuery query, CancellationToken cancellation = default) =>
        [.. SteeringPoint.Strengths.Select(strength => Point(dictionary, feature, query, strength, cancellation))];

    /// <summary>What the feature does at one strength; other features stay at theirs.</summary>
    /// <inheritdoc cref="Sample"/>
    public SteeringPoint Point(DictionaryInfo dictionary, FeatureReport feature, SteeringQuery query, double strength, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(feature);
        ArgumentNullException.ThrowIfNull(query);
        return Once(Key("curve", dictionary, feature, query with { Strength = strength }), () => Ask(dictionary, feature, query, (reader, prompt, _) =>
        {
            var samples = reader.Sample(prompt, [Pins(dictionary, feature, query, strength)], query.Options, null, cancellation)[0];
            return new SteeringPoint(strength, samples.InContext, samples.Loss);
        }, cancellation));
    }

    /// <summary>The context that samples are judged by: the one that is chosen, else the feature's best; null where there is none.</summary>
    /// <exception cref="AddressException">The dictionary has no context of that name.</exception>
    public static ContextInfo? ContextOf(DictionaryInfo dictionary, FeatureReport feature, SteeringQuery query)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(feature);
        ArgumentNullException.ThrowIfNull(query);
        return AddressException.Context(dictionary, query.Context) ?? dictionary.FindContext(feature.BestContext?.Context);
    }

    private static string Key(string what, DictionaryInfo dictionary, FeatureReport feature, SteeringQuery query) =>
        $"{what} {dictionary.Stamp} {Urls.Steer(dictionary, feature.Index, query with { ByContext = false })}";

    private static IReadOnlyList<string> Texts(IReadOnlyList<IReadOnlyList<int>> samples, TokenText text) =>
        [.. samples.Select(sample => string.Concat(text.Pieces([.. sample]).Select(static piece => piece.Text)))];

    private T Ask<T>(
        DictionaryInfo dictionary, FeatureReport feature, SteeringQuery query, Func<SteeringReader, int[], ContextInfo?, T> question, CancellationToken cancellation)
    {
        var context = ContextOf(dictionary, feature, query);
        using var reader = context is null ? null : explorations.ContextReader(dictionary, context);
        return models.Ask(dictionary, runner =>
            question(new SteeringReader(runner, feature.Index, reader), Prompt(runner, query), reader is null ? null : context), cancellation);
    }

    private static int[] Prompt(TextRunner runner, SteeringQuery query)
    {
        var prompt = runner.Tokens(query.Prompt, SteeringQuery.LongestPrompt);
        return prompt.Length + query.Options.Tokens <= runner.Window
            ? prompt
            : throw new AddressException(
                $"The prompt has {Wording.Counted(prompt.Length, "token")}, its end-of-text mark included; with {query.Options.Tokens} more it does not fit the model's context of {runner.Window}. Shorten it, or ask for fewer tokens.");
    }

    private IReadOnlyList<Pin> Pins(DictionaryInfo dictionary, FeatureReport feature, SteeringQuery query, double strength)
    {
        var others = query.Others;
        if (others.Any(other => other.Feature == feature.Index))
        {
            throw new AddressException($"with names {feature.Index}, the feature of the page itself: its strength is set by strength.");
        }

        if (others.FirstOrDefault(other => other.Feature >= dictionary.Features) is { Feature: > 0 } unknown)
        {
            throw new AddressException("with", $"{unknown.Feature}", $"features of {dictionary.Id}, from 0 to {dictionary.Features - 1}");
        }

        var summaries = store.Summaries(dictionary, others.Select(static other => other.Feature));
        return [new Pin(feature.Index, (float)(strength * feature.Max)), .. others.Select(other => new Pin(other.Feature, (float)(other.Strength * summaries[other.Feature].Max)))];
    }

    private T Once<T>(string key, Func<T> compute)
        where T : class
    {
        if (_answers.TryGetValue(key, out var known))
        {
            return (T)known;
        }

        var answer = compute();
        if (_answers.TryAdd(key, answer))
        {
            _order.Enqueue(key);
            while (_order.Count > Kept && _order.TryDequeue(out var oldest))
            {
                _answers.TryRemove(oldest, out _);
            }
        }

        return answer;
    }
}
