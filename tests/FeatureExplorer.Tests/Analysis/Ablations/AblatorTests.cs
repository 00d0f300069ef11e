using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Dictionaries;

namespace FeatureExplorer.Tests.Analysis.Ablations;

/// <summary>Every effect against the whole model run again on the window with the feature taken out of every token of it.</summary>
public sealed unsafe class AblatorTests(SmallAnalysis small) : IClassFixture<SmallAnalysis>
{
    private const int Window = 16;
    private const double Tolerance = 1e-4;

    [Fact]
    public void Run_FeaturesOfADictionary_EqualsARealForwardPass()
    {
        using var encoder = new ModelFeatureEncoder(small.Model, small.Dictionary);
        Check(encoder, small.Dictionary, "features.bin");
    }

    [Fact]
    public void Run_FeaturesThatReadNormalisedTokens_EqualsARealForwardPass()
    {
        using var dictionary = new SparseAutoencoder(small.Dictionary.Inputs, small.Dictionary.Features) { Site = small.Dictionary.Site, Normalisation = RowNormalisation.LayerNorm };
        small.Dictionary.WEnc.Span().CopyTo(dictionary.WEnc.Span());
        small.Dictionary.WDec.Span().CopyTo(dictionary.WDec.Span());
        small.Dictionary.BEnc.Span().CopyTo(dictionary.BEnc.Span());
        small.Dictionary.BDec.Span().CopyTo(dictionary.BDec.Span());
        using var encoder = new ModelFeatureEncoder(small.Model, dictionary);
        Check(encoder, dictionary, "normalised.bin");
    }

    [Fact]
    public void Run_FeaturesFoundByMatchingPursuit_EqualsARealForwardPass()
    {
        using var dictionary = PlainPursuit.Dictionary(SmallAnalysis.Inputs, SmallAnalysis.Features, new PursuitShape(0, 12, false), small.Dictionary.Site);
        using var encoder = new ModelFeatureEncoder(small.Model, dictionary);
        Check(encoder, dictionary, "pursued.bin");
    }

    [Fact]
    public void Run_Neurons_EqualsARealForwardPass()
    {
        using var encoder = new NeuronEncoder(small.Model);
        using var identity = NeuronEncoder.Identity(SmallAnalysis.Inputs);
        Check(encoder, identity, "neurons.bin");
    }

    [Theory]
    [InlineData("mlp.in", true)]
    [InlineData("mlp.norm", false)]
    [InlineData("resid.mid", true)]
    public void Run_FeaturesOfATranscoder_EqualsARealForwardPass(string site, bool skips)
    {
        var (width, input) = (small.Model.Config.DModel, Site.Parse(site, 1));
        using var plain = new PlainTranscoder(width, width, skips, input);
        using var encoder = new ModelFeatureEncoder(small.Model, plain.Dictionary);
        Check(encoder, plain.Dictionary, $"transcoder-{site}.bin");
    }

    [Fact]
    public void Of_Reports_GivesPeersOfLikeDensityButNotTheFeatureItself()
    {
        var tasks = AblationTask.Of(small.Reports);
        Assert.DoesNotContain(tasks, task => task.Feature == SmallAnalysis.Dead);
        Assert.Equal(SmallAnalysis.Features - 1, tasks.Count);
        Assert.All(tasks, task =>
        {
            Assert.Equal(AblationReport.Peers, task.Peers.Distinct().Count());
            Assert.DoesNotContain(task.Feature, task.Peers);
            Assert.All(task.Peers, peer => Assert.Equal(FeatureState.Live, small.Reports[peer].State));
        });
        Assert.Equal(tasks.Select(t => string.Join(',', t.Peers)), AblationTask.Of(small.Reports).Select(t => string.Join(',', t.Peers)));
    }

    private void Check(IFeatureEncoder encoder, SparseAutoencoder dictionary, string name)
    {
        var tasks = Tasks(encoder, dictionary, name);
        bool[] occurs = [.. small.Corpus.UnigramCounts.Select(count => count > 0)];
        using var ablator = new Ablator(small.Model, dictionary, small.Corpus.HeldOut, occurs);
        var reports = ablator.Run(tasks);

        Assert.Equal(tasks.Select(task => task.Feature), reports.Select(report => report.Feature));
        var largest = 0.0;
        var effects = 0;
        foreach (var (task, report) in tasks.Zip(reports))
        {
            var atCentre = new List<double>();
            for (var e = 0; e < task.Examples.Count; e++)
            {
                var example = task.Examples[e];
                var from = example.Position - example.Centre;
                Assert.Equal(example.Position, report.Examples[e].Position);
                // The last token of the split predicts nothing.
                var expected = Enumerable.Range(0, example.Tokens.Count).Where(at => example.Activations[at] > 0 && from + at + 1 < small.Corpus.HeldOut.Count).Select(at => at + 1);
                Assert.Equal(expected, report.Examples[e].Tokens.Select(token => token.At));
                foreach (var token in report.Examples[e].Tokens)
                {
                    var position = from + token.At - 1;
                    var effect = BruteForce(dictionary, task.Feature, task.Feature, position);
                    largest = Math.Max(largest, Math.Abs(effect));
                    effects++;
                    Assert.Equal(effect, token.Effect, Tolerance);
                    Assert.True(token.Promoted.Zip(token.Promoted.Skip(1)).All(p => p.First.Weight >= p.Second.Weight));
                    Assert.True(token.Suppressed.Zip(token.Suppressed.Skip(1)).All(p => p.First.Weight <= p.Second.Weight));
                    Assert.All(token.Promoted.Concat(token.Suppressed), named => Assert.True(occurs[named.Token]));
                    if (token.At == example.Centre + 1)
                    {
                        atCentre.Add(effect);
                    }
                }
            }

            Assert.Equal(atCentre.Count, report.Measured);
            Assert.Equal(atCentre.DefaultIfEmpty(0).Average(), report.Effect, Tolerance);
            var controls = task.Examples.Where(e => e.Position + 1 < small.Corpus.HeldOut.Count)
                .SelectMany(e => task.Peers.Select(peer => BruteForce(dictionary, task.Feature, peer, e.Position))).ToList();
            Assert.Equal(controls.Average(), report.Control!.Value, Tolerance);
        }

        Assert.True(effects > 100 && largest > 0.01, $"{effects} effects, the largest {largest}");
    }

    /// <summary>Real top examples of a few features.</summary>
    private List<AblationTask> Tasks(IFeatureEncoder encoder, SparseAutoencoder dictionary, string name)
    {
        var path = Path.Combine(small.Corpus.Folder, name);
        ActivationIndexBuilder.Build(path, small.Corpus.HeldOut, long.MaxValue, encoder, small.Index.Header);
        using var index = ActivationIndex.Open(path);
        var reports = new FeatureAnalyzer(index, small.Corpus.HeldOut, small.Contexts, dictionary, small.Model, small.Corpus.UnigramCounts).Analyze().ToList();
        return [.. AblationTask.Of(reports).Take(5).Select(task => task with { Examples = [.. task.Examples.Take(6)] })];
    }

    /// <summary>Loss of the token after a position with f · d taken out of every token of the window − loss as it is.</summary>
    private double BruteForce(SparseAutoencoder dictionary, int feature, int direction, long position)
    {
        var start = position / Window * Window;
        var length = (int)Math.Min(Window, small.Corpus.HeldOut.Count - start);
        var tokens = small.Corpus.HeldOut.Read(start, length).ToArray();
        int[] targets = [.. tokens[1..], start + length < small.Corpus.HeldOut.Count ? small.Corpus.HeldOut.Read(start + length, 1)[0] : 0];
        using var runner = new TransformerRunner(small.Model, 1);
        var (before, after) = (new float[length], new float[length]);
        runner.Losses(tokens, targets, 1, length, null, before);
        if (dictionary.IsTranscoder)
        {
            var read = new float[length * dictionary.Inputs];
            fixed (float* to = read)
            {
                runner.Activations(tokens, 1, length, dictionary.Site!, to);
            }

            runner.Losses(tokens, targets, 1, length, dictionary.OutputSite!, (y, rows) => Remove(read, y, rows, dictionary, feature, direction), after);
        }
        else
        {
            runner.Losses(tokens, targets, 1, length, (x, rows) => Remove(x, rows, dictionary, feature, direction), after);
        }

        return after[position - start] - before[position - start];
    }

    private static void Remove(float[] read, float* y, int rows, SparseAutoencoder dictionary, int feature, int direction)
    {
        var (n, width) = (dictionary.Inputs, dictionary.Outputs);
        for (var row = 0; row < rows; row++)
        {
            var f = (double)dictionary.BEnc.Span()[feature];
            for (var i = 0; i < n; i++)
            {
                f += dictionary.EncoderRow(feature)[i] * (double)read[(row * n) + i];
            }

            for (var i = 0; i < width; i++)
            {
                y[(row * width) + i] -= (float)Math.Max(0, f) * dictionary.DecoderRow(direction)[i];
            }
        }
    }

    private static void Remove(float* x, int rows, SparseAutoencoder dictionary, int feature, int direction)
    {
        var n = dictionary.Inputs;
        for (var row = 0; row < rows; row++)
        {
            var site = new Span<float>(x + (row * n), n);
            var (read, _, gain) = DictionaryReference.Normalise([.. site.ToArray().Select(static value => (double)value)], dictionary.Normalisation);
            var f = dictionary.Pursuit is null
                ? dictionary.BEnc.Span()[feature] + read.Select((value, i) => dictionary.EncoderRow(feature)[i] * (value - dictionary.BDec.Span()[i])).Sum()
                : PlainPursuit.Encode(dictionary, read)[feature];
            for (var i = 0; i < n; i++)
            {
                site[i] -= (float)(gain * Math.Max(0, f)) * dictionary.DecoderRow(direction)[i];
            }
        }
    }
}
