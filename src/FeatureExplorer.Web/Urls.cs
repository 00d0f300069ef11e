using System.Globalization;
using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Exports;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Steering;
using FeatureExplorer.Web.Systems;
using FeatureExplorer.Web.Texts;

namespace FeatureExplorer.Web;

/// <summary>Every address of the program is made here, so that a link can be trusted and changed in one place.</summary>
public static class Urls
{
    // The pages.
    public const string Home = "/";

    public const string About = "/about";

    public const string SearchPath = "/search";

    public const string ContextsPath = "/contexts";

    public const string Runs = "/runs";

    public const string NewRun = "/runs/new";

    /// <summary>Where models and dictionaries of other tools are brought in.</summary>
    public const string NewImport = "/imports/new";

    public const string CompareRuns = "/runs/compare";

    public const string Pareto = "/pareto";

    /// <summary>Tests of recipes against a planted truth.</summary>
    public const string SyntheticTests = "/synthetic";

    public const string Corpora = "/corpora";

    public const string NewCorpus = "/corpora/new";

    public const string Login = "/login";

    public const string Logout = "/logout";

    /// <summary>Makes the first administrator.</summary>
    public const string Setup = "/setup";

    /// <summary>The visitor's own account.</summary>
    public const string Account = "/account";

    /// <summary>All accounts.</summary>
    public const string Accounts = "/accounts";

    public const string Audit = "/audit";

    /// <summary>The same paths below it give JSON.</summary>
    public const string Api = "/api/v1";

    /// <summary>Where the frames for other pages lie.</summary>
    public const string Embeds = "/embed";

    /// <summary>Longest text of a problem that an address holds.</summary>
    internal const int LongestProblem = 2000;

    // Models, dictionaries and features.
    /// <summary>A model: what it is, what it reads, its dictionaries.</summary>
    public static string Model(string name) => "/" + Segment(name);

    /// <summary>The dictionaries of a model by L0 and loss recovered.</summary>
    public static string ParetoOf(string model)
    {
        var url = new UrlBuilder(Pareto);
        url.Add("model", model);
        return url.ToString();
    }

    /// <summary>The runs that mention a model.</summary>
    public static string RunsOf(string model)
    {
        var url = new UrlBuilder(Runs);
        url.Add("q", model);
        return url.ToString();
    }

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
        Feature(dictionary, index, HistogramView.Default with { List = list.Write() });

    /// <summary>A dictionary as a file for another program; of formats that are made of features, those of a list.</summary>
    public static string Export(DictionaryDraft dictionary, ExportFormat format, FeatureQuery query)
    {
        var url = new UrlBuilder($"{Dictionary(dictionary)}/export/{ExportFormats.NameOf(format)}");
        url.Add("list", ExportFormats.TakesFeatures(format) ? new FeatureListing(query).Write() : null);
        return url.ToString();
    }

    /// <summary>A live feature of a dictionary, another one each time.</summary>
    public static string Random(DictionaryDraft dictionary) => Dictionary(dictionary) + "/random";

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

    /// <summary>What a feature splits into in larger dictionaries of its model, and what it comes from.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="feature">Such as "A/0/45"; null for the form.</param>
    /// <param name="threshold">Least masked cosine of an edge; null for the paper's.</param>
    public static string Splitting(string model, string? feature = null, float? threshold = null)
    {
        var url = new UrlBuilder($"/{Segment(model)}/splitting");
        url.Add("feature", feature);
        url.Add("threshold", threshold is { } least ? Number(least) : null);
        return url.ToString();
    }

    /// <summary>Dictionaries on different sites of one model beside each other.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="dictionaries">Names of the dictionaries, separated by commas; null for those of nearly the same L0.</param>
    public static string Sites(string model, string? dictionaries = null)
    {
        var url = new UrlBuilder($"/{Segment(model)}/sites");
        url.Add("dictionaries", dictionaries);
        return url.ToString();
    }

    /// <summary>Systems of features that hand over to each other.</summary>
    public static string Automata(DictionaryDraft dictionary) => Dictionary(dictionary) + "/automata";

    /// <summary>The map of a dictionary with all that the reader has chosen.</summary>
    public static string Map(DictionaryDraft dictionary, MapQuery? query = null)
    {
        var url = new UrlBuilder(Dictionary(dictionary) + "/map");
        query?.AddTo(url);
        return url.ToString();
    }

    /// <summary>How much of a dictionary's directions nothing reads.</summary>
    public static string Unread(DictionaryDraft dictionary) => Dictionary(dictionary) + "/unread";

    /// <summary>A feature as a direction of the logit update.</summary>
    public static string Logits(DictionaryDraft dictionary, int index) => Feature(dictionary, index) + "/logits";

    /// <summary>The features that promote and suppress a token most.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="token">The token as it is written; null for the form.</param>
    public static string Promoting(DictionaryDraft dictionary, string? token = null)
    {
        var url = new UrlBuilder(Dictionary(dictionary) + "/logits");
        url.Add("q", token);
        return url.ToString();
    }

    /// <summary>The logit update at a token of a text, taken apart.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="text">The text, or null for an empty form.</param>
    /// <param name="token">Number of the token; null for the last.</param>
    public static string Decompose(DictionaryDraft dictionary, string? text = null, int? token = null)
    {
        var url = new UrlBuilder(Dictionary(dictionary) + "/decompose");
        url.Add("q", text);
        url.Add("token", token?.ToString(CultureInfo.InvariantCulture));
        return url.ToString();
    }

    /// <summary>What comes before and after a feature.</summary>
    public static string Transitions(DictionaryDraft dictionary, int index) => Feature(dictionary, index) + "/transitions";

    /// <summary>What removing a feature does to each token of its top examples.</summary>
    /// <param name="example">Number of the example, from 1.</param>
    public static string Ablation(DictionaryDraft dictionary, int index, int example = 1) => string.Create(
        CultureInfo.InvariantCulture, $"{Feature(dictionary, index)}/ablation{(example > 1 ? $"?example={example}" : string.Empty)}");

    /// <summary>The paper's claims against a dictionary.</summary>
    /// <summary>The report of a test against a planted truth.</summary>
    public static string Synthetic(string name) => $"{SyntheticTests}/{name}";

    public static string Reproduction(DictionaryDraft dictionary) => Dictionary(dictionary) + "/report";

    /// <summary>A feature's histogram as an image.</summary>
    public static string Image(DictionaryDraft dictionary, int index, HistogramView view) =>
        Histogram(Feature(dictionary, index) + "/histogram.svg", view);

    /// <summary>The picture that a link to a feature shows elsewhere.</summary>
    public static string Preview(DictionaryDraft dictionary, int index) => Feature(dictionary, index) + "/preview.png";

    /// <summary>A feature as a frame for other pages.</summary>
    public static string Embed(DictionaryDraft dictionary, int index, HistogramView view) => Histogram(Embeds + Feature(dictionary, index), view);

    // Contexts, selected activations, search and text.
    /// <summary>A context on held-out text; without one, all that have names.</summary>
    /// <param name="text">The context as it is written, or null.</param>
    /// <param name="dictionary">Whose corpus shows it; null for the first.</param>
    public static string Contexts(string? text = null, string? dictionary = null)
    {
        var url = new UrlBuilder(ContextsPath);
        url.Add("context", text);
        url.Add("in", dictionary);
        return url.ToString();
    }

    /// <summary>The editor for a context, with a preview of what it marks.</summary>
    public static string NewContext(string? text = null, string? dictionary = null)
    {
        var url = new UrlBuilder(ContextsPath + "/new");
        url.Add("context", text);
        url.Add("in", dictionary);
        return url.ToString();
    }

    /// <summary>Where a saved context's removal is sent.</summary>
    public static string RemoveContext(string name) => $"{ContextsPath}/{Segment(name)}/remove";

    /// <summary>The features that fire in a context.</summary>
    public static string ContextFeatures(DictionaryDraft dictionary, string? text, ContextRankOrder order = ContextRankOrder.Pearson, int page = 1)
    {
        var url = new UrlBuilder(Dictionary(dictionary) + "/context");
        url.Add("context", text);
        url.Add("order", order == ContextRankOrder.Pearson ? null : Word(order));
        url.Add("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null);
        return url.ToString();
    }

    /// <summary>A feature's page with some of its activations selected.</summary>
    public static string Selected(DictionaryDraft dictionary, int index, HistogramView view, ActivationSelection selection) =>
        Selection(Feature(dictionary, index), view, selection) + "#histogram";

    /// <summary>The page on which a feature's histogram is explored: ranges dragged, contexts tried.</summary>
    public static string Explore(DictionaryDraft dictionary, int index, HistogramView view, bool mass = false, ActivationSelection? selection = null)
    {
        var url = new UrlBuilder(selection is null ? Histogram(Feature(dictionary, index) + "/explore", view) : Selection(Feature(dictionary, index) + "/explore", view, selection));
        url.Add("bars", mass ? "mass" : null);
        return url.ToString();
    }

    /// <summary>The page on which a feature is held at an activation while the model goes on with a text.</summary>
    public static string Steer(DictionaryDraft dictionary, int index, SteeringQuery? query = null)
    {
        var url = new UrlBuilder(Feature(dictionary, index) + "/steer");
        query?.AddTo(url);
        return url.ToString();
    }

    /// <summary>The page with a dictionary's density spectrum as a chart.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="y">What the vertical axis shows: "bias" or "cosine".</param>
    public static string Spectrum(DictionaryDraft dictionary, string y = "bias") => $"{Dictionary(dictionary)}/spectrum{(y == "bias" ? string.Empty : $"?y={y}")}";

    /// <summary>The selected activations as JSON.</summary>
    public static string SelectedJson(DictionaryDraft dictionary, int index, ActivationSelection selection) =>
        Selection(Json(Feature(dictionary, index)) + "/examples", HistogramView.Default, selection);

    /// <summary>What a search finds in all dictionaries.</summary>
    public static string Search(string? text)
    {
        var url = new UrlBuilder(SearchPath);
        url.Add("q", text);
        return url.ToString();
    }

    /// <summary>A text and all its active features.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="text">The text, or null for an empty form.</param>
    /// <param name="feature">The feature that colours it, or null.</param>
    public static string Text(DictionaryDraft dictionary, string? text, int? feature = null)
    {
        var url = new UrlBuilder(Dictionary(dictionary) + "/text");
        url.Add("q", text);
        url.Add("feature", feature?.ToString(CultureInfo.InvariantCulture));
        return url.ToString();
    }

    /// <summary>A text with all that the reader has chosen.</summary>
    public static string TextWith(DictionaryDraft dictionary, TextQuery query)
    {
        var url = new UrlBuilder(Dictionary(dictionary) + "/text");
        query.AddTo(url);
        return url.ToString();
    }

    // Runs and corpora.
    /// <summary>A run's monitor.</summary>
    public static string Run(long id) => string.Create(CultureInfo.InvariantCulture, $"{Runs}/{id}");

    /// <summary>Where a form sends what to do with a run: "cancel", "pause", "resume", ...</summary>
    public static string RunAction(long id, string action) => $"{Run(id)}/{action}";

    /// <summary>The form for a run, filled in from another one.</summary>
    public static string CloneRun(long id) => string.Create(CultureInfo.InvariantCulture, $"{NewRun}?from={id}");

    /// <summary>The form for a run with what of its state is short.</summary>
    /// <param name="preset">Name of the preset that filled it in, or null.</param>
    /// <param name="corpus">Name of a corpus that was added, or null.</param>
    /// <param name="from">Number of the run whose settings it began with, or null.</param>
    public static string NewRunWith(string? preset, string? corpus, long? from)
    {
        var url = new UrlBuilder(NewRun);
        url.Add("preset", preset);
        url.Add("corpus", corpus);
        url.Add("from", from?.ToString(CultureInfo.InvariantCulture));
        return url.ToString();
    }

    /// <summary>A corpus that was added.</summary>
    public static string Corpus(string name) => $"{Corpora}/{Segment(name)}";

    /// <summary>The form for a corpus, with what was wrong with the last try.</summary>
    public static string NewCorpusAgain(string problem)
    {
        var line = string.Concat(problem.Take(LongestProblem).Select(static c => char.IsControl(c) ? ' ' : c));
        return $"{NewCorpus}?problem={Uri.EscapeDataString(line)}";
    }

    // Accounts and the rest.
    /// <summary>Signs in and comes back.</summary>
    public static string SignIn(string from) => from == Home ? Login : $"{Login}?returnUrl={Uri.EscapeDataString(from)}";

    /// <summary>A page of the audit log.</summary>
    public static string AuditPage(int page, AuditFilter filter)
    {
        var url = new UrlBuilder(Audit);
        url.Add("who", filter.Who);
        url.Add("what", filter.What);
        url.Add("outcome", filter.Outcome is { } outcome ? Word(outcome) : null);
        url.Add("from", filter.From is { } from ? DayParameterAttribute.Write(from) : null);
        url.Add("to", filter.To is { } to ? DayParameterAttribute.Write(to) : null);
        url.Add("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null);
        return url.ToString();
    }

    /// <summary>The definition of a term on the page of definitions.</summary>
    public static string Definition(string anchor) => $"{About}#{anchor}";

    /// <summary>Sets the theme and comes back.</summary>
    public static string Theme(string theme, string from) => $"/theme?to={theme}&from={Uri.EscapeDataString(from)}";

    /// <summary>The same page as JSON.</summary>
    public static string Json(string page) => Api + (page == Home ? string.Empty : page);

    // Values.
    /// <summary>A value of an enumeration as addresses write it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => EnumWords.Of(value);

    /// <summary>The value of an enumeration that an address names, or null when it names none.</summary>
    public static T? Parse<T>(string? word)
        where T : struct, Enum => EnumWords.Parse<T>(word);

    /// <summary>A number that an address holds, read back exactly.</summary>
    public static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A value as an address holds it behind the question mark.</summary>
    internal static string Escape(string value) => Uri.EscapeDataString(value).Replace("%2F", "/", StringComparison.Ordinal);

    internal static string Histogram(string path, HistogramView view)
    {
        var url = new UrlBuilder(path);
        url.Add("context", view.Context);
        url.Add("x", view.LogarithmicActivation ? "log" : null);
        url.Add("y", view.LogarithmicCount ? "log" : null);
        return url.ToString();
    }

    private static string Selection(string path, HistogramView view, ActivationSelection selection)
    {
        var url = new UrlBuilder(path);
        AddView(url, view);
        url.Add("from", selection.From > 0 ? Number(selection.From) : null);
        url.Add("to", float.IsFinite(selection.To) ? Number(selection.To) : null);
        url.Add("token", selection.Token?.ToString(CultureInfo.InvariantCulture));
        url.Add("order", Word(selection.Order));
        url.Add("seed", selection.Order == ActivationOrder.Random ? selection.Seed.ToString(CultureInfo.InvariantCulture) : null);
        url.Add("page", selection.Page > 1 ? selection.Page.ToString(CultureInfo.InvariantCulture) : null);
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
}
