using System.Buffers.Binary;

namespace Rubato.Tests.Ledgers;

/// <summary>What a <see cref="LedgerLoad"/> process tells about itself through a pipe, which keeps what was written when the process is killed.</summary>
internal readonly record struct LoadMessage(LoadMessage.What Kind, byte Detail, ushort Campaign, int Micros, ReservationId Id)
{
    public const int Bytes = 24;

    public enum What : byte
    {
        /// <summary>An id was issued.</summary>
        Issued = 1,

        /// <summary>An event, whose outcome is the detail, is about to be sent.</summary>
        Trying = 2,

        /// <summary>The answer: outcome, and 16 where it was at least journalled.</summary>
        Answered = 3,

        /// <summary>The ledger failed, without being killed.</summary>
        Failed = 4,
    }

    public void Write(Span<byte> bytes)
    {
        bytes[0] = (byte)Kind;
        bytes[1] = Detail;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], Campaign);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Micros);
        Id.Write(bytes[8..]);
    }

    public static LoadMessage Read(ReadOnlySpan<byte> bytes) => new((What)bytes[0], bytes[1], BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]), ReservationId.Read(bytes[8..]));
}
