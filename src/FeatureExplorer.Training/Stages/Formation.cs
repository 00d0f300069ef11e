using System.Numerics.Tensors;
using FeatureExplorer.Analysis.Formation;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// Keeps the history of a dictionary in training: what its features are at each step that was shown, with the decoders of those steps beside it
/// until the training has ended, so that every step can be compared with the latest. Both are bounded.
/// </summary>
internal sealed class Formation
{
    private const int MostSteps = 24;
    private const long MostDecoderBytes = 512L << 20;
    private const string DecoderTensor = "W_dec";

    private readonly string _file;
    private readonly string _directory;
    private readonly FormationHistory _history;

    public Formation(RunFolders folders, string name, int features)
    {
        _file = folders.Formation(name);
        _directory = folders.Forming(name);
        _history = Read(_file, features);
    }

    /// <summary>Steps that are kept.</summary>
    public int Steps => _history.Steps.Count;

    /// <summary>Adds a step and brings the comparison with the latest directions up to date.</summary>
    public unsafe void Add(long step, SparseAutoencoder dictionary, IReadOnlyList<(double Density, float Max, string? Context, double Score)> features)
    {
        // What belongs to another training, or to steps that were lost, has no directions to compare with.
        foreach (var kept in _history.Steps.Where(s => !File.Exists(DecoderOf(s))).ToList())
        {
            _history.Forget(kept);
        }

        _history.Forget(step);
        float[] turn = _history.Steps.Count > 0 ? Cosines(DecoderOf(_history.Steps[^1]), dictionary) : [];
        _history.Add(step, features, turn);
        Safetensors.WritePassing(DecoderOf(step), [new NamedTensor(DecoderTensor, dictionary.WDec.Pointer, dictionary.Features, dictionary.Inputs)]);
        var most = (int)Math.Clamp(MostDecoderBytes / (4L * dictionary.Features * dictionary.Inputs), 2, MostSteps);
        foreach (var gone in _history.Thin(most))
        {
            File.Delete(DecoderOf(gone));
        }

        foreach (var kept in _history.Steps.Where(s => s != step))
        {
            _history.SetCosines(kept, Cosines(DecoderOf(kept), dictionary));
        }

        _history.Save(_file);
    }

    private string DecoderOf(long step) => Path.Combine(_directory, $"decoder-{step}.safetensors");

    private static FormationHistory Read(string file, int features)
    {
        try
        {
            return File.Exists(file) && FormationHistory.Open(file) is var kept && kept.Features == features ? kept : new FormationHistory(features);
        }
        catch (Exception exception) when (exception is InvalidDataException or DamagedFileException)
        {
            return new FormationHistory(features);
        }
    }

    private static float[] Cosines(string file, SparseAutoencoder dictionary)
    {
        using var kept = Safetensors.Open(file);
        var earlier = kept.ReadArray(DecoderTensor);
        var cosines = new float[dictionary.Features];
        var n = dictionary.Inputs;
        WorkerPool.For((cosines.Length + 255) / 256, (block, _) =>
        {
            for (var feature = block * 256; feature < Math.Min(cosines.Length, (block + 1) * 256); feature++)
            {
                var cosine = TensorPrimitives.CosineSimilarity<float>(earlier.AsSpan(feature * n, n), dictionary.DecoderRow(feature));
                cosines[feature] = float.IsFinite(cosine) ? cosine : 0;
            }
        });
        return cosines;
    }
}
