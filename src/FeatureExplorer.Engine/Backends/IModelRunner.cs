using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Backends;

/// <summary>Forward passes of a model: activations at a site, and losses with the activations at a site edited.</summary>
public unsafe interface IModelRunner : IDisposable
{
    /// <summary>Most windows of a call.</summary>
    int MaxWindows { get; }

    /// <summary>The activations of a site; what lies above it is not computed.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="windows">At most <see cref="MaxWindows"/>.</param>
    /// <param name="length">Tokens of a window, at most the model's context.</param>
    /// <param name="site">Where.</param>
    /// <param name="activations">Receives [windows · length, n].</param>
    void Activations(ReadOnlySpan<int> tokens, int windows, int length, Site site, float* activations);

    /// <summary>The same into rows of the runner's own back end.</summary>
    void Activations(ReadOnlySpan<int> tokens, int windows, int length, Site site, Rows activations);

    /// <summary>Runs the model up to a site, from where <see cref="Continue"/> and <see cref="Compare"/> go on as often as one likes, with other edits.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="windows">At most <see cref="MaxWindows"/>.</param>
    /// <param name="length">Tokens of a window, at most the model's context.</param>
    /// <param name="site">Where edits apply.</param>
    /// <param name="input">Where a transcoder reads that writes there (<see cref="Site.CheckReads"/>); null: the same site.</param>
    void Begin(ReadOnlySpan<int> tokens, int windows, int length, Site site, Site? input = null);

    /// <summary>The activations of the input site of <see cref="Begin"/>.</summary>
    /// <param name="input">Receives one row for each token.</param>
    /// <exception cref="InvalidOperationException">It had none.</exception>
    void ReadInput(float* input);

    /// <summary>The losses of the tokens of <see cref="Begin"/>, nats, with an edit of the site's activations.</summary>
    /// <param name="targets">The token after each.</param>
    /// <param name="edit">The edit, or null.</param>
    /// <param name="losses">Receives one for each token.</param>
    void Continue(ReadOnlySpan<int> targets, SiteEdit? edit, Span<float> losses);

    /// <summary>The losses without and with an edit, and KL(as it is ‖ edited) over the vocabulary, nats, of every token of <see cref="Begin"/>.</summary>
    /// <param name="targets">The token after each.</param>
    /// <param name="edit">The edit.</param>
    /// <param name="losses">Receives the loss of the model as it is, for each token.</param>
    /// <param name="editedLosses">Receives the loss with the edit.</param>
    /// <param name="divergences">Receives the divergence.</param>
    void Compare(ReadOnlySpan<int> targets, SiteEdit edit, Span<float> losses, Span<float> editedLosses, Span<float> divergences);

    /// <summary>The activations of a site and the residual stream after the last layer, which the last LayerNorm reads; both in rows of the runner's own back end.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="windows">At most <see cref="MaxWindows"/>.</param>
    /// <param name="length">Tokens of a window, at most the model's context.</param>
    /// <param name="site">Where.</param>
    /// <param name="activations">Receives [windows · length, n].</param>
    /// <param name="stream">Receives [windows · length, d_model].</param>
    void Stream(ReadOnlySpan<int> tokens, int windows, int length, Site site, Rows activations, Rows stream);

    /// <summary>
    /// What single edits of the last residual stream, each by itself, do to the prediction of the next token. The last LayerNorm and the unembedding are computed
    /// anew in float32 whatever the precision of the back end: the effects are small differences. Edits on one row should follow each other; they share the logits without an edit.
    /// </summary>
    /// <param name="stream">From <see cref="Stream"/>.</param>
    /// <param name="edits">The edits, any number.</param>
    /// <param name="directions">[directions, d_model].</param>
    /// <param name="named">Tokens that may be listed in an effect, ascending.</param>
    /// <param name="effects">Receives one for each edit.</param>
    void Effects(Rows stream, ReadOnlySpan<StreamEdit> edits, Rows directions, int[] named, Span<StreamEffect> effects);

    /// <summary>To be called after the model has changed.</summary>
    void Refresh();
}
