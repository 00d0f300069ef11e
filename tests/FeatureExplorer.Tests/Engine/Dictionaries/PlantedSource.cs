using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

/// <summary>Vectors with known features: x = offset + Σ_i a_i d_i, each of the planted directions d_i present with a small probability.</summary>
internal sealed unsafe class PlantedSource : IResumableActivations
{
    private readonly CounterRandom _presence;
    private readonly CounterRandom _strength;
    private readonly float[][] _directions;
    private readonly float _probability;
    private readonly float _offset;
    private ulong _row;

    public PlantedSource(int inputs, int planted, double active, ulong seed, float offset = 0.3f)
    {
        Inputs = inputs;
        var random = new CounterRandom(seed);
        _presence = random.Stream("presence");
        _strength = random.Stream("strength");
        _probability = (float)(active / planted);
        _offset = offset;
        _directions = new float[planted][];
        for (var i = 0; i < planted; i++)
        {
            var direction = new float[inputs];
            for (var j = 0; j < inputs; j++)
            {
                direction[j] = random.Normal((ulong)((i * inputs) + j));
            }

            var norm = MathF.Sqrt(direction.Sum(static d => d * d));
            _directions[i] = [.. direction.Select(d => d / norm)];
        }
    }

    public int Inputs { get; }

    public IReadOnlyList<float[]> Directions => _directions;

    public IReadOnlyList<NamedTensor> SaveState() => [NamedTensor.Integers("stream.row", [(long)_row], 1)];

    public void RestoreState(SafetensorsFile file) => _row = (ulong)file.ReadIntegers("stream.row")[0];

    public void Read(float* x, int rows)
    {
        for (var row = 0; row < rows; row++, _row++)
        {
            var target = new Span<float>(x + (row * Inputs), Inputs);
            target.Fill(_offset);
            for (var i = 0; i < _directions.Length; i++)
            {
                var counter = (_row * (ulong)_directions.Length) + (ulong)i;
                if (_presence.Uniform(counter) < _probability)
                {
                    var strength = 3 * (1 + _strength.Uniform(counter));
                    System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(_directions[i], strength, target, target);
                }
            }
        }
    }
}
