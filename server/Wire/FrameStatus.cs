namespace Rubato.Wire;

/// <summary>What became of an attempt to read a frame. Everything but <see cref="Done"/> and <see cref="BadPayload"/> consumes nothing.</summary>
public enum FrameStatus
{
    /// <summary>A whole, valid frame.</summary>
    Done,

    /// <summary>The frame's end has not arrived yet.</summary>
    NeedMoreData,

    /// <summary>The bytes do not begin with the magic number: the peer speaks another protocol.</summary>
    BadMagic,

    /// <summary>Header size, reserved field or header checksum is wrong; the stream cannot be resynchronised.</summary>
    BadHeader,

    /// <summary>The version is not spoken here.</summary>
    UnsupportedVersion,

    /// <summary>The payload is larger than agreed; refused before its bytes are waited for.</summary>
    TooLarge,

    /// <summary>The payload's checksum is wrong. The header is sound, so the frame's end is known and the stream goes on behind it.</summary>
    BadPayload,
}
