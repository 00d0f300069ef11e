using System.Globalization;
using System.Text;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web;

/// <summary>Every address of the program is made here, so that a link can be trusted and changed in one place.</summary>
public static partial class Urls
{
    public const string Home = "/";

    public const string About = "/about";

    /// <summary>Where the frames for other pages lie.</summary>
    public const string Embeds = "/embed";

    public const string Api = "/api/v1";

    public const string Login = "/login";

    public const string Logout = "/logout";

    /// <summary>Makes the first administrator.</summary>
    public const string Setup = "/setup";

    /// <summary>The visitor's own account.</summary>
    public const string Account = "/account";

    /// <summary>All accounts.</summary>
    public const string Accounts = "/accounts";

    public const string Audit = "/audit";

    /// <summary>Signs in and comes back.</summary>
    public static string SignIn(string from) => from == Home ? Login : $"{Login}?returnUrl={Uri.EscapeDataString(from)}";

    /// <summary>A page of the audit log.</summary>
    public static string AuditPage(int page, string? who, string? what)
    {
        var url = new UrlBuilder(Audit);
        url.Add("who", who);
        url.Add("what", what);
        url.Add("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null);
        return url.ToString();
    }

    public const string Runs = "/runs";

    public const string NewRun = "/runs/new";

    public const string CompareRuns = "/runs/compare";

    public const string Pareto = "/pareto";

    public const string Corpora = "/corpora";

    public const string NewCorpus = "/corpora/new";

    /// <summary>Longest text of a problem that an address holds.</summary>
    internal const int LongestProblem = 2000;

    /// <summary>The form for a corpus, with what was wrong with the last try.</summary>
    public static string NewCorpusAgain(string problem)
    {
        var line = string.Concat(problem.Take(LongestProblem).Select(static c => char.IsControl(c) ? ' ' : c));
        return $"{NewCorpus}?problem={Uri.EscapeDataString(line)}";
    }

    /// <summary>The definition of a term on the page of definitions.</summary>
    public static string Definition(string anchor) => $"{About}#{anchor}";

    /// <summary>A dictionary's features from the first page on.</summary>
    public static string Dictionary(DictionaryDraft dictionary) => $"/{Segment(dictionary.Model)}/{Segment(dictionary.Name)}";

    /// <summary>A list of features as a query describes it; what is at its default is left out.</summary>
    public static string Features(DictionaryDraft dictionary, FeatureQuery query)
    {
        var url = new UrlBuilder(Dictionary(dictionary));
        url.Add("sort", query.Sort is { } sort ? Word(sort) : null);
        url.Add("order", query.Descending ? "desc" : null);
        url.Add("q", query.Text);
        url.Add("context", query.Context);
        url.Add("state", query.State is { } state ? Word(state) : null);
        url.Add("page", query.Page > 1 ? query.Page.ToString(CultureInfo.InvariantCulture) : null);
        return url.ToString();
    }

    /// <summary>A feature's page.</summary>
    public static string Feature(DictionaryDraft dictionary, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{Dictionary(dictionary)}/{index}");

    /// <summary>What removing a feature does to each token of its top examples.</summary>
    /// <param name="example">Number of the example, from 1.</param>
    public static string Ablation(DictionaryDraft dictionary, int index, int example = 1) => string.Create(
        CultureInfo.InvariantCulture, $"{Feature(dictionary, index)}/ablation{(example > 1 ? $"?example={example}" : string.Empty)}");

    /// <summary>The page of a feature or neuron of the dictionary of a name such as "A/1".</summary>
    public static string Unit(string dictionary, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"/{string.Join('/', dictionary.Split('/').Select(Segment))}/{index}");

    /// <summary>Two units beside each other.</summary>
    /// <param name="left">Such as "A/1/12".</param>
    /// <param name="right">Such as "B/neurons/34".</param>
    /// <param name="context">Name of the context that colours them, or null.</param>
    /// <param name="seed">Which tokens are drawn; 0 is left out.</param>
    public static string Compare(string left, string right, string? context = null, ulong seed = 0)
    {
        var url = new UrlBuilder("/compare");
        url.Add("left", left);
        url.Add("right", right);
        url.Add("context", context);
        url.Add("seed", seed > 0 ? seed.ToString(CultureInfo.InvariantCulture) : null);
        return url.ToString();
    }

    /// <summary>A feature's page with all that the visitor has chosen.</summary>
    /// <param name="open">Folded parts that are open, separated by commas; null for none.</param>
    public static string Feature(DictionaryDraft dictionary, int index, HistogramView view, string? open = null)
    {
        var url = new UrlBuilder(Feature(dictionary, index));
        AddView(url, view);
        url.Add("open", open);
        return url.ToString();
    }

    /// <summary>A feature's page as one of a list: its neighbours there are the ones before and after it.</summary>
    public static string Feature(DictionaryDraft dictionary, int index, FeatureListing list) =>
        Feature(dictionary, index, new HistogramView(null, false, false) { List = list.Write() });

    /// <summary>A live feature of a dictionary, another one each time.</summary>
    public static string Random(DictionaryDraft dictionary) => Dictionary(dictionary) + "/random";

    /// <summary>A feature's histogram as an image.</summary>
    public static string Image(DictionaryDraft dictionary, int index, HistogramView view) =>
        Histogram(Feature(dictionary, index) + "/histogram.svg", view);

    /// <summary>The picture that a link to a feature shows elsewhere.</summary>
    public static string Preview(DictionaryDraft dictionary, int index) => Feature(dictionary, index) + "/preview.png";

    /// <summary>A feature as a frame for other pages.</summary>
    public static string Embed(DictionaryDraft dictionary, int index, HistogramView view) => Histogram(Embeds + Feature(dictionary, index), view);

    /// <summary>The paper's claims against a dictionary.</summary>
    public static string Reproduction(DictionaryDraft dictionary) => Dictionary(dictionary) + "/report";

    /// <summary>A run's monitor.</summary>
    public static string Run(long id) => string.Create(CultureInfo.InvariantCulture, $"{Runs}/{id}");

    /// <summary>Where a form sends what to do with a run: "cancel", "pause", "resume", ...</summary>
    public static string RunAction(long id, string action) => $"{Run(id)}/{action}";

    /// <summary>The form for a run, filled in from another one.</summary>
    public static string CloneRun(long id) => string.Create(CultureInfo.InvariantCulture, $"{NewRun}?from={id}");

    /// <summary>A corpus that was added.</summary>
    public static string Corpus(string name) => $"{Corpora}/{Segment(name)}";

    /// <summary>The same page as JSON.</summary>
    public static string Json(string page) => Api + (page == Home ? string.Empty : page);

    /// <summary>Sets the theme and comes back.</summary>
    public static string Theme(string theme, string from) => $"/theme?to={theme}&from={Uri.EscapeDataString(from)}";

    /// <summary>A value of an enumeration as addresses write it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => EnumWords.Of(value);

    /// <summary>The value of an enumeration that an address names, or null when it names none.</summary>
    public static T? Parse<T>(string? word)
        where T : struct, Enum => EnumWords.Parse<T>(word);

    /// <summary>The query that an address describes, whose words have been checked.</summary>
    public static FeatureQuery Query(string? sort, string? order, string? q, string? context, string? state, int? page) => new()
    {
        Sort = Parse<FeatureSort>(sort),
        Descending = string.Equals(order, "desc", StringComparison.OrdinalIgnoreCase),
        Text = q,
        Context = context,
        State = Parse<FeatureState>(state),
        Page = page ?? 1,
    };

    /// <summary>A value as an address holds it behind the question mark.</summary>
    internal static string Escape(string value) => Uri.EscapeDataString(value).Replace("%2F", "/", StringComparison.Ordinal);

    private static string Histogram(string path, HistogramView view)
    {
        var url = new UrlBuilder(path);
        url.Add("context", view.Context);
        url.Add("x", view.LogarithmicActivation ? "log" : null);
        url.Add("y", view.LogarithmicCount ? "log" : null);
        return url.ToString();
    }

    private static void AddView(UrlBuilder url, HistogramView view)
    {
        url.Add("context", view.Context);
        url.Add("x", view.LogarithmicActivation ? "log" : null);
        url.Add("y", view.LogarithmicCount ? "log" : null);
        url.Add("window", view.Window == HistogramView.UsualWindow ? null : view.Window.ToString(CultureInfo.InvariantCulture));
        url.Add("lines", view.LineBreaks ? "broken" : null);
        url.Add("list", view.List);
    }

    private static string Segment(string name) => Uri.EscapeDataString(name);

    private sealed class UrlBuilder(string path)
    {
        private readonly StringBuilder _url = new(path);
        private char _separator = '?';

        public void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                _url.Append(_separator).Append(name).Append('=').Append(Escape(value));
                _separator = '&';
            }
        }

        public override string ToString() => _url.ToString();
    }
}
