using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A value in an address that is none of those its parameter takes. Its message is for the visitor: it names the parameter, the value and what is allowed.</summary>
public sealed class AddressException(string message) : BadHttpRequestException(message, StatusCodes.Status400BadRequest)
{
    private const int LongestValue = 60;

    /// <param name="name">The parameter.</param>
    /// <param name="value">What was given.</param>
    /// <param name="values">What it must be, as the end of a sentence.</param>
    public AddressException(string name, string value, string values)
        : this($"{name} is \"{Shown(value)}\"; it must be {values}.")
    {
    }

    /// <summary>A context that cannot be used, with the reason that its reader gives.</summary>
    public static AddressException OfContext(string context, string problem) => new($"context is \"{Shown(context)}\". {problem}");

    /// <summary>The context of a dictionary that a parameter names, or null when it names none.</summary>
    /// <exception cref="AddressException">The dictionary has no context of that name.</exception>
    public static Analysis.Contexts.ContextInfo? Context(DictionaryInfo dictionary, string? name)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return string.IsNullOrEmpty(name) ? null
            : dictionary.FindContext(name) ?? throw new AddressException("context", name, dictionary.Contexts.Count == 0
                ? $"left out: {dictionary.Id} has no contexts"
                : $"one of the contexts of {dictionary.Id}: {string.Join(", ", dictionary.Contexts.Select(static c => c.Name))}");
    }

    private static string Shown(string value)
    {
        var start = value.Length > LongestValue ? value[..LongestValue] + "…" : value;
        return string.Concat(start.Select(static c => char.IsControl(c) ? '\uFFFD' : c));
    }
}
