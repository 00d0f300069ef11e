using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace FeatureExplorer.Web.Commands;

/// <summary>Options whose value is a number: what is no such number is refused in words, with the range of whole numbers.</summary>
internal static class NumberOption
{
    /// <summary>An option that may be left out.</summary>
    public static Option<T?> Of<T>(string name, string description)
        where T : struct, INumber<T> => new(name) { Description = description, CustomParser = result => Parse<T>(name, result) };

    /// <summary>An option with a value where it is left out.</summary>
    public static Option<T> Of<T>(string name, string description, T usual)
        where T : struct, INumber<T> => new(name) { Description = description, DefaultValueFactory = _ => usual, CustomParser = result => Parse<T>(name, result) ?? usual };

    /// <summary>An option with any number of values.</summary>
    public static Option<T[]> List<T>(string name, string description)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            AllowMultipleArgumentsPerToken = true,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. result.Tokens.Select(token => One<T>(name, token.Value, result)).OfType<T>()],
        };

    /// <summary>What a value has to be.</summary>
    public static string Kind<T>()
        where T : struct, IParsable<T> => typeof(T) == typeof(float) || typeof(T) == typeof(double) ? "a finite number"
            : string.Create(CultureInfo.InvariantCulture, $"a whole number {Range<T>()}");

    private static string Range<T>() => typeof(T) == typeof(ulong) ? $"from 0 to {ulong.MaxValue}" : typeof(T) == typeof(long) ? $"of at most {long.MaxValue}" : $"of at most {int.MaxValue}";

    private static T? Parse<T>(string name, ArgumentResult result)
        where T : struct, INumber<T> => result.Tokens.Count == 0 ? null : One<T>(name, result.Tokens[^1].Value, result);

    private static T? One<T>(string name, string text, ArgumentResult result)
        where T : struct, INumber<T>
    {
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value))
        {
            return value;
        }

        result.AddError($"{name}: \"{text}\" is not {Kind<T>()}.");
        return null;
    }
}
