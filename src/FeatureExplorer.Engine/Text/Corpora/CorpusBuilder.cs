using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>Builds a tokenised corpus: sample, learn the tokenizer unless there is one, encode everything to one file, divide, write the splits.</summary>
internal sealed class CorpusBuilder(
    ICorpusSource source, CorpusOptions options, IProgress<CorpusProgress>? progress, Action<CorpusProblem>? onProblem, CancellationToken cancellation)
{
    /// <summary>Fewer tokens cannot be divided into anything useful.</summary>
    private const int FewestTokens = 2560;

    private const int HashedAtOnce = 1 << 20;

    /// <summary>Further domains, those with least text, are not told apart: each costs a row of counts.</summary>
    private const int MostDomains = 256;

    private readonly CorpusReading _reading = new(onProblem) { Cancellation = cancellation };

    public void Build(string directory)
    {
        options.Check();
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new ArgumentException($"the folder {directory} is not empty; a corpus is written to a new one", nameof(directory));
        }

        var parent = Path.GetDirectoryName(Path.GetFullPath(directory))!;
        using var building = BuildFolder.Create(parent);
        Write(building.Path);
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory);
        }

        building.MoveTo(directory);
    }

    private void Write(string directory)
    {
        var batches = new DocumentBatches();
        var sample = Sample(batches);
        var domains = sample.Domains(MostDomains);
        var tokenizer = Learn(sample);
        tokenizer.Save(Path.Combine(directory, CorpusFiles.Tokenizer));
        using var encoding = new CorpusEncoding(directory, tokenizer, options, domains);
        batches.Run(source, new CorpusReading { Cancellation = cancellation }, slot => encoding.Encode(slot, cancellation), slot => Report(CorpusProgress.Encoding, encoding.Append(slot), sample.BytesSeen), cancellation);
        encoding.Complete();
        if (encoding.TokenCount < FewestTokens)
        {
            throw new InvalidDataException($"The corpus {source.Name} has only {encoding.TokenCount} tokens in {encoding.Documents.Count} documents; at least {FewestTokens} are needed.");
        }

        WriteSplits(directory, tokenizer, domains, encoding);
    }

    private CorpusSample Sample(DocumentBatches batches)
    {
        var sample = new CorpusSample(options.Keep, options.SampleBytesPerDomain);
        batches.Run(source, _reading, _ => { }, AddAndReport, cancellation);
        if (sample.BytesSeen == 0)
        {
            throw new InvalidDataException($"No usable text was found in the corpus {source.Name}{Problems()}.");
        }

        if (options.Keep.UnknownDomains(sample.Seen) is { Count: > 0 } unknown)
        {
            throw new ArgumentException(Mixture.Unknown(unknown, sample.Seen));
        }

        return sample.Bytes > 0
            ? sample
            : throw new InvalidDataException($"The mixture {options.Keep} keeps none of the corpus {source.Name}.");

        void AddAndReport(DocumentBatches.Slot slot)
        {
            sample.Add(slot);
            Report(CorpusProgress.Reading, _reading.BytesRead, _reading.BytesTotal);
        }
    }

    private string Problems() => _reading.Shown.Count == 0 ? "" : $": {_reading.ProblemCount} {(_reading.ProblemCount == 1 ? "problem" : "problems, the first")}: {_reading.Shown[0]}";

    private ITokenizer Learn(CorpusSample sample)
    {
        if (options.Tokenizer is { } given)
        {
            return given;
        }

        var learning = progress is null ? null : new LearningProgress(this, options.VocabularySize);
        return TokenizerTrainer.Train(sample.Excerpts, options.VocabularySize, learning, cancellation);
    }

    private void WriteSplits(string directory, ITokenizer tokenizer, List<string> domains, CorpusEncoding encoding)
    {
        var (heldOut, training, cut) = CorpusSplit.Divide(encoding.Documents, options, encoding.StartsCharacter);
        CheckHeldOut(heldOut, encoding.Documents);
        var total = encoding.TokenCount;
        var counts = new TokenCounts(domains.Count, tokenizer.VocabularySize);
        var trainingTokens = new long[domains.Count + 1];
        var heldOutTokens = new long[domains.Count + 1];
        var trainingSummary = WriteSplit(directory, CorpusFiles.TrainingTokens, CorpusFiles.TrainingDocuments, training, 0, Count);
        var heldOutSummary = WriteSplit(
            directory, CorpusFiles.HeldOutTokens, CorpusFiles.HeldOutDocuments, heldOut, trainingSummary.Tokens, (domain, tokens) => heldOutTokens[domain + 1] += tokens.Length);
        counts.Save(Path.Combine(directory, CorpusFiles.Counts));
        encoding.Dispose();
        Save(directory, new CorpusSummary
        {
            Format = CorpusSummary.ThisFormat,
            Version = CorpusSummary.ThisVersion,
            Hash = HashOf(directory, tokenizer, domains, cancellation),
            Source = source.Name,
            TokenizerHash = tokenizer.Hash,
            VocabularySize = tokenizer.VocabularySize,
            Seed = options.Seed,
            Keep = options.Keep.ToString(),
            Training = trainingSummary,
            HeldOut = heldOutSummary,
            Domains = [.. domains.Select((name, i) => new DomainSummary(name, encoding.DocumentsOf(i), encoding.BytesOf(i), trainingTokens[i + 1], heldOutTokens[i + 1]))],
            BytesPerToken = (double)encoding.ByteCount / (total - encoding.Documents.Count),
            DocumentsCut = cut,
            ProblemCount = _reading.ProblemCount,
            SkippedCount = _reading.SkippedCount,
            Problems = _reading.Shown,
        });

        void Count(int domain, ReadOnlySpan<int> tokens)
        {
            counts.Add(domain, tokens);
            trainingTokens[domain + 1] += tokens.Length;
        }

        SplitSummary WriteSplit(string folder, string tokenFile, string documentFile, List<EncodedDocument> documents, long before, TokensWritten written)
        {
            using var writer = new TokenStoreWriter(Path.Combine(folder, tokenFile), Path.Combine(folder, documentFile), tokenizer.VocabularySize);
            foreach (var document in documents)
            {
                cancellation.ThrowIfCancellationRequested();
                encoding.Copy(document, writer, written);
                Report(CorpusProgress.Writing, before + writer.Summary.Tokens, total);
            }

            var summary = writer.Summary;
            writer.Complete();
            return summary;
        }
    }

    private void CheckHeldOut(List<EncodedDocument> heldOut, List<EncodedDocument> documents)
    {
        var tokens = heldOut.Sum(static document => (long)document.StoredLength);
        if (tokens >= options.FewestHeldOutTokens)
        {
            return;
        }

        var texts = documents.Select(static document => document.Place).Distinct().Count();
        throw new ArgumentException(
            $"The corpus {source.Name} cannot be used: of its {documents.Count} documents with {texts} different texts {(tokens == 0 ? "no" : tokens)} tokens can be held out, and {options.FewestHeldOutTokens} are needed. "
            + (2 * texts <= documents.Count ? "Copies of a text are never divided between training and held-out text. Add other texts." : "Add text."));
    }

    private static void Save(string directory, CorpusSummary summary) =>
        Checksums.Write(Path.Combine(directory, CorpusFiles.Summary), stream => JsonSerializer.Serialize(stream, summary, TokenizedCorpus.Json));

    /// <summary>SHA-256 of a corpus: its tokenizer, domains, tokens and documents.</summary>
    internal static string HashOf(string directory, ITokenizer tokenizer, IReadOnlyList<string> domains, CancellationToken cancellation = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{CorpusSummary.ThisFormat} {CorpusSummary.ThisVersion}\n{tokenizer.Hash}\n{string.Join('\n', domains)}\n"));
        foreach (var name in (string[])[CorpusFiles.TrainingTokens, CorpusFiles.TrainingDocuments, CorpusFiles.HeldOutTokens, CorpusFiles.HeldOutDocuments])
        {
            hash.AppendData(HashOf(Path.Combine(directory, name), cancellation));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] HashOf(string file, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = File.OpenRead(file);
        var buffer = new byte[HashedAtOnce];
        while (stream.Read(buffer) is > 0 and var count)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, count));
        }

        return hash.GetHashAndReset();
    }

    private void Report(string stage, long done, long total) => progress?.Report(new CorpusProgress(stage, done, total));

    private sealed class LearningProgress(CorpusBuilder builder, int ids) : IProgress<double>
    {
        public void Report(double value) =>
            builder.Report(CorpusProgress.Learning, (long)(value * ids), ids);
    }
}
