using FeatureExplorer.Storage.Corpora;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>The corpora of the server.</summary>
public sealed record CorpusListJson(IEnumerable<CorpusListJson.Row> Corpora)
{
    public static CorpusListJson Of(IEnumerable<CorpusInfo> corpora) => new(corpora.Select(corpus => new Row(
        corpus.Name, corpus.Origin, corpus.State, corpus.Message, corpus.FileBytes, corpus.TextBytes, corpus.Documents, corpus.Domains, corpus.Created)));

    /// <summary>A corpus, without its paths on the server, which are nobody's business.</summary>
    public sealed record Row(
        string Name, CorpusOrigin Origin, CorpusState State, string Message, long FileBytes, long TextBytes, int Documents, IReadOnlyList<CorpusDomain> Domains, DateTime Created);
}
