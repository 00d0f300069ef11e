using System.Globalization;
using FeatureExplorer.Analysis;
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

    /// <summary>Refuses the number of a page past the end of a list.</summary>
    /// <param name="asked">The number that was given.</param>
    /// <param name="last">Number of the last page.</param>
    /// <exception cref="AddressException">It is past the end.</exception>
    public static void DemandPage(int asked, int last)
    {
        if (asked > last)
        {
            throw new AddressException(string.Create(CultureInfo.InvariantCulture, $"page is \"{asked}\"; the list has {Wording.Counted(last, "page")}."));
        }
    }

    /// <summary>The context of a dictionary that a parameter names, or null when it names none.</summary>
    /// <exception cref="AddressException">The dictionary has no context of that name.</exception>
    public static Analysis.Contexts.ContextInfo? Context(DictionaryInfo dictionary, string? name)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return string.IsNullOrEmpty(name) ? null
            : dictionary.FindContext(name) ?? throw new AddressException("context", name, dictionary.Contexts.Count == 0
                ? $"left out: {dictionary.Id} has no contexts"
                : $"one of the contexts of {dictionary.Id}: {string.Join(", ", dictionary.Contexts.Select(static c => c.Name).Order(NaturalOrder.Names))}");
    }

    /// <summary>A value in a message: not all of a very long one, and without control characters.</summary>
    internal static string Shown(string value)
    {
        var start = value.Length > LongestValue ? value[..LongestValue] + "…" : value;
        return string.Concat(start.Select(static c => char.IsControl(c) ? '\uFFFD' : c));
    }
}
