namespace FeatureExplorer.Engine.Activations;

/// <summary>A source that keeps vectors for others and can hand over what it keeps, instead of a copy.</summary>
internal interface IVectorPieces : IActivationSource
{
    /// <summary>The next vectors, as if they had been read.</summary>
    /// <param name="rows">Number of vectors.</param>
    /// <returns>
    /// Pieces of <see cref="SharedActivations.PieceRows"/> vectors, to be disposed, and the row of the first piece at which they begin; null, and nothing
    /// is read, when none are kept.
    /// </returns>
    (VectorPiece[] Pieces, int FirstRow)? Take(int rows);
}
