namespace FeatureExplorer.Engine.Transformer.Generation;

/// <summary>Changes the activations of a site while sequences are read: row r belongs to sequence <paramref name="first"/> + r / <paramref name="count"/>.</summary>
/// <param name="input">[sequences · count, inputs]: what a dictionary reads, the activations themselves where the runner has no other input site.</param>
/// <param name="activations">[sequences · count, n], to be edited in place.</param>
/// <param name="first">The first sequence that the rows belong to.</param>
/// <param name="sequences">Sequences that they belong to.</param>
/// <param name="count">Tokens of each: all of the prompt, then one at a time.</param>
public unsafe delegate void SequenceEdit(float* input, float* activations, int first, int sequences, int count);
