using System.Globalization;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Security.Fetching;

/// <summary>
/// Reads a gzip file that a stranger may have made: a few kilobytes can unpack to gigabytes. Reading ends with an error as soon as more comes out
/// than is allowed, in bytes or as a multiple of what went in.
/// </summary>
public static class BoundedDecompression
{
    // Short files may repeat themselves as much as they like.
    private const long AlwaysAllowed = 16 << 20;

    /// <summary>Bounds what is unpacked; reading throws <see cref="InvalidDataException"/> when too much would come out.</summary>
    /// <param name="source">The compressed file; it must be seekable.</param>
    /// <param name="unpacked">What is unpacked from it; closed with the stream.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="options">What may come out.</param>
    public static Stream Over(Stream source, Stream unpacked, string name, FetchOptions options) => new Bounded(source, unpacked, name, options);

    private sealed class Bounded : Stream
    {
        private readonly Stream _source;
        private readonly Stream _unpacked;
        private readonly string _name;
        private readonly long _most;
        private readonly double _ratio;
        private long _out;

        public Bounded(Stream source, Stream unpacked, string name, FetchOptions options)
        {
            _source = source;
            _unpacked = unpacked;
            _name = name;
            _most = (long)(options.MaxUnpackedMegabytes * 1e6);
            _ratio = options.MaxCompressionRatio;
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _out;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer) => Count(_unpacked.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await _unpacked.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _unpacked.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Count(int read)
        {
            _out += read;
            if (_out > _most)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture, $"{_name} unpacks to more than {_most / 1e6:0.###} MB; the setting Fetch:MaxUnpackedMegabytes allows more."));
            }

            if (_out > AlwaysAllowed && _out > _ratio * _source.Position)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_name} unpacks to more than {_ratio:0.#} times its size, which no text does; the setting Fetch:MaxCompressionRatio allows more."));
            }

            return read;
        }
    }
}
