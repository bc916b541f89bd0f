using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rubato.Tests.Support;

/// <summary>A caller over HTTP/1.1 that sends what it likes, when it likes.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000, SendTimeout = 30_000 };
    private readonly NetworkStream _stream;

    public RawHttp(Uri server)
    {
        _socket.Connect(IPAddress.Parse(server.Host), server.Port);
        _stream = new NetworkStream(_socket);
    }

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public void Send(byte[] bytes) => _stream.Write(bytes);

    public void SendChunk(byte[] bytes) => Send([.. Encoding.ASCII.GetBytes($"{bytes.Length:X}\r\n"), .. bytes, .. "\r\n"u8]);

    /// <summary>Asks for leave before it sends a body, and waits until the server reads it.</summary>
    /// <param name="path">of the POST</param>
    /// <param name="length">such as "Content-Length: 5", or "Transfer-Encoding: chunked"</param>
    public void Begin(string path, string length) => Assert.True(TryBegin(path, length));

    /// <summary>Asks likewise; false where the server will have none of it, and this is of no more use.</summary>
    /// <inheritdoc cref="Begin"/>
    public bool TryBegin(string path, string length)
    {
        Head(path, length, "Expect: 100-continue\r\n");
        return Read().Status == 100;
    }

    public void Head(string path, string length, string more = "") => Send($"POST {path} HTTP/1.1\r\nHost: test\r\n{length}\r\n{more}\r\n");

    /// <summary>The next answer.</summary>
    public (int Status, Dictionary<string, string> Headers, string Body) Read()
    {
        int status = int.Parse(Line().Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (Line() is { Length: > 0 } line) headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        if (status == 100) return (status, headers, "");
        var body = new StringBuilder();
        if (headers.TryGetValue("Content-Length", out string? bytes)) body.Append(Text(int.Parse(bytes, CultureInfo.InvariantCulture)));
        else
        {
            while (int.Parse(Line(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and int chunk)
            {
                body.Append(Text(chunk));
                Line();
            }
            Line();
        }
        return (status, headers, body.ToString());
    }

    /// <summary>Leaves in the middle of whatever it was at.</summary>
    /// <param name="politely">by closing; otherwise by a reset</param>
    public void Leave(bool politely)
    {
        if (!politely) _socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private string Line()
    {
        var line = new StringBuilder();
        while (Text(1)[0] is var character and not '\n') line.Append(character);
        return line.ToString().TrimEnd('\r');
    }

    private string Text(int bytes)
    {
        byte[] read = new byte[bytes];
        _stream.ReadExactly(read);
        return Encoding.UTF8.GetString(read);
    }
}
