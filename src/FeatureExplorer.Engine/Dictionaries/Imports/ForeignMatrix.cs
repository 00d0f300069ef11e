using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>One of the matrices in its file.</summary>
/// <param name="Name">Of the tensor.</param>
/// <param name="FeaturesFirst">Whether its rows are features: [m, n] rather than [n, m]. Of W_skip: whether they are outputs.</param>
internal sealed record ForeignMatrix(string Name, bool FeaturesFirst)
{
    /// <summary>A matrix as its shape says; where n = m it says nothing, and the published layout counts.</summary>
    /// <param name="file">The weights.</param>
    /// <param name="name">Of the tensor.</param>
    /// <param name="inputs">n.</param>
    /// <param name="features">m.</param>
    /// <param name="published">Whether rows are features in the published layout.</param>
    /// <param name="notes">Gets a sentence where the shape is the other one.</param>
    /// <exception cref="InvalidDataException">Absent, or of neither shape.</exception>
    public static ForeignMatrix Of(TensorFile file, string name, int inputs, int features, bool published, List<string> notes)
    {
        var info = file.Info(name);
        var shape = info.Shape.Skip(Math.Max(0, info.Shape.Count - 2)).ToArray(); // components, of which there is one, come first
        var (featuresFirst, inputsFirst) = (shape.SequenceEqual([features, inputs]), shape.SequenceEqual([inputs, features]));
        if ((!featuresFirst && !inputsFirst) || info.Length != (long)inputs * features)
        {
            throw new InvalidDataException($"{file.FilePath}: tensor {name} has the shape {info.ShapeText}; its biases have {inputs} inputs and {features} features, so [{features}, {inputs}] or [{inputs}, {features}] is needed.");
        }

        if (inputs != features && featuresFirst != published)
        {
            notes.Add($"{name} is {info.ShapeText}, turned about against the published layout; its shape decides.");
        }

        return new ForeignMatrix(name, inputs == features ? published : featuresFirst);
    }
}
