using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>
/// Divides documents into held-out and training ones: they are put in the order of a seeded hash of their text, and held out from the front until
/// there are enough of each domain. Each split keeps the order, so kinds of text are mixed within it.
/// </summary>
internal static class CorpusSplit
{
    /// <summary>Where a document stands in the order.</summary>
    public static ulong Place(ulong seed, DocumentHash hash) => new CounterRandom(seed).Stream("corpus split").UInt64(hash.Place);

    /// <param name="startsCharacter">Whether the token at a position of the file of all tokens begins a character, so that a part may begin there.</param>
    public static (List<EncodedDocument> HeldOut, List<EncodedDocument> Training, int Cut) Divide(
        List<EncodedDocument> documents, CorpusOptions options, Func<long, bool> startsCharacter)
    {
        var target = options.HeldOutOf(documents.Sum(document => (long)document.Length));
        var (heldOut, training) = Divide(documents, options);
        if (heldOut.Sum(document => (long)document.StoredLength) >= target / 2 && training.Count > 0)
        {
            return (heldOut, training, 0);
        }

        // A few long documents, a single book for instance, cannot be divided as they are.
        var longest = (int)Math.Clamp(target / 8, 64, int.MaxValue);
        var parts = documents.SelectMany(document => Parts(document, longest, startsCharacter)).ToList();
        (heldOut, training) = Divide(parts, options);
        return (heldOut, training, documents.Count(document => document.Length > longest));
    }

    private static (List<EncodedDocument> HeldOut, List<EncodedDocument> Training) Divide(List<EncodedDocument> documents, CorpusOptions options)
    {
        var ordered = documents.OrderBy(document => document.Place).ToList(); // stable: copies stay in the order of the corpus
        var tokens = ordered.Sum(document => (long)document.StoredLength);
        var target = options.HeldOutOf(tokens);
        var most = Math.Min(options.LargestHeldOut(tokens), (long)(1.05 * target));
        var isHeldOut = new bool[ordered.Count];
        var held = TakeShares(ordered, (double)target / tokens, most, isHeldOut);
        TakeUntilEnough(ordered, held, Math.Min(target, (long)(0.95 * most)), most, isHeldOut);
        return ([.. ordered.Where((_, i) => isHeldOut[i])], [.. ordered.Where((_, i) => !isHeldOut[i])]);
    }

    /// <summary>Holds out the same share of every domain, to the nearest document; gives the tokens held out.</summary>
    private static long TakeShares(List<EncodedDocument> ordered, double share, long most, bool[] isHeldOut)
    {
        var targets = ordered.GroupBy(document => document.Domain).ToDictionary(domain => domain.Key, domain => share * domain.Sum(document => (long)document.StoredLength));
        var heldOf = targets.Keys.ToDictionary(domain => domain, _ => 0L);
        var held = 0L;
        for (var first = 0; first < ordered.Count;)
        {
            var (end, size) = Copies(ordered, first);
            var domain = ordered[first].Domain;
            if (heldOf[domain] + (size / 2) <= targets[domain] && held + size <= most)
            {
                isHeldOut.AsSpan(first..end).Fill(true);
                heldOf[domain] += size;
                held += size;
            }

            first = end;
        }

        return held;
    }

    /// <summary>Domains of a few long documents may have given nothing: others make up for it.</summary>
    private static void TakeUntilEnough(List<EncodedDocument> ordered, long held, long enough, long most, bool[] isHeldOut)
    {
        for (var first = 0; first < ordered.Count && held < enough;)
        {
            var (end, size) = Copies(ordered, first);
            if (!isHeldOut[first] && held + size <= most)
            {
                isHeldOut.AsSpan(first..end).Fill(true);
                held += size;
            }

            first = end;
        }
    }

    /// <summary>Documents with the same text, which must not be divided; parts of one document may be.</summary>
    private static (int End, long Size) Copies(List<EncodedDocument> ordered, int first)
    {
        var end = first;
        var size = 0L;
        while (end < ordered.Count && ordered[end].Place == ordered[first].Place)
        {
            size += ordered[end++].StoredLength;
        }

        return (end, size);
    }

    private static IEnumerable<EncodedDocument> Parts(EncodedDocument document, int longest, Func<long, bool> startsCharacter)
    {
        if (document.Length <= longest)
        {
            yield return document;
            yield break;
        }

        var order = new CounterRandom(document.Place);
        var end = document.Start + document.Length;
        var start = document.Start;
        for (var part = 1; start < end; part++)
        {
            var next = Math.Min(end, start + longest);
            while (next < end && !startsCharacter(next))
            {
                next++;
            }

            yield return document with { Start = start, Length = (int)(next - start), Part = part, Place = order.UInt64((ulong)part) };
            start = next;
        }
    }
}
