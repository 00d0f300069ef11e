using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace FeatureExplorer.Web.Operations;

/// <summary>A response body that is counted and goes nowhere; its headers go where they would.</summary>
/// <param name="sent">Where the headers go.</param>
/// <param name="endless">Called when the body turns out to be a stream that goes on: whoever wants no body need not wait for its end.</param>
internal sealed class DroppedBody(IHttpResponseBodyFeature sent, Action endless) : Stream, IHttpResponseBodyFeature
{
    private PipeWriter? _writer;
    private long _length;

    public Stream Stream => this;

    public PipeWriter Writer => _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>Whether the body is a stream that goes on.</summary>
    public bool IsEndless { get; private set; }

    /// <summary>Bytes that were written.</summary>
    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => sent.StartAsync(cancellationToken);

    // The whole answer ends with the request.
    public Task CompleteAsync() => Task.CompletedTask;

    public void DisableBuffering()
    {
        IsEndless = true;
        endless();
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        _length += count ?? new FileInfo(path).Length - offset;
        return Task.CompletedTask;
    }

    public override void Write(byte[] buffer, int offset, int count) => _length += count;

    public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        _length += count;
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _length += buffer.Length;
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
