using System.Text;

namespace FeatureExplorer.Web;

/// <summary>Puts an address together: a path, and behind it the parameters that have a value.</summary>
internal sealed class UrlBuilder(string path)
{
    private readonly StringBuilder _url = new(path);
    private char _separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';

    /// <summary>Adds a parameter, unless its value is null or empty.</summary>
    public void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _url.Append(_separator).Append(name).Append('=').Append(Urls.Escape(value));
            _separator = '&';
        }
    }

    public override string ToString() => _url.ToString();
}
