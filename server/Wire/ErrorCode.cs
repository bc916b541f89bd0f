namespace Rubato.Wire;

/// <summary>Why a request, or a connection, was refused. Numbers are never reused; a client treats an unknown one as not retryable.</summary>
public enum ErrorCode : ushort
{
    /// <summary>No error.</summary>
    None = 0,

    // The stream cannot go on: the connection closes behind these.

    /// <summary>Not a Rubato frame.</summary>
    BadMagic = 1,

    /// <summary>Header size, reserved field or checksum is wrong.</summary>
    BadHeader = 2,

    /// <summary>No common protocol version.</summary>
    UnsupportedVersion = 3,

    /// <summary>Payload above the connection's limit.</summary>
    FrameTooLarge = 4,

    /// <summary>The first frame was not HELLO, or HELLO came twice.</summary>
    HandshakeOrder = 5,

    /// <summary>HELLO did not arrive in time.</summary>
    HandshakeTimeout = 6,

    /// <summary>Nothing arrived for too long.</summary>
    IdleTimeout = 7,

    /// <summary>Answers were not read for too long.</summary>
    SlowReader = 8,

    /// <summary>The server has all the connections it allows.</summary>
    TooManyConnections = 9,

    // The request is wrong: sending it again will not help.

    /// <summary>The payload's checksum does not match its bytes.</summary>
    PayloadChecksum = 32,

    /// <summary>A flag of the high half is not known here.</summary>
    UnknownFlag = 33,

    /// <summary>The opcode is not known here, or is not a request.</summary>
    UnknownOpcode = 34,

    /// <summary>The payload's block or arrays do not add up; the byte offset says where.</summary>
    MalformedPayload = 35,

    /// <summary>The listener vector has another dimension than the catalogue.</summary>
    WrongDimension = 36,

    /// <summary>The listener vector holds NaN or ∞; the index says where.</summary>
    NonFiniteVector = 37,

    /// <summary>SCORE without a candidate.</summary>
    NoCandidates = 38,

    /// <summary>More candidates than allowed.</summary>
    TooManyCandidates = 39,

    /// <summary>A candidate is not in the catalogue; the index says which.</summary>
    UnknownTrack = 40,

    /// <summary>RECOMMEND with slots 0 or above the limit.</summary>
    BadSlots = 41,

    /// <summary>A filter, option or depth is out of its range.</summary>
    BadOption = 42,

    /// <summary>The answer is larger than the caller said in HELLO that it takes.</summary>
    AnswerTooLarge = 43,

    /// <summary>The campaigns cannot be used; the message names campaign and field. Those in use are as they were.</summary>
    BadCampaigns = 44,

    /// <summary>The server keeps no ledger, or no campaigns file that it could read again.</summary>
    NotKept = 45,

    /// <summary>No model of that name, version or label is in service.</summary>
    UnknownModel = 48,

    /// <summary>The model takes other inputs, or has no such role.</summary>
    ModelMismatch = 49,

    /// <summary>The model failed on this request: an operator, an output that is not a finite number, or one that the protocol cannot carry.</summary>
    ModelFailed = 50,

    // The request was sound: sending it again, later or elsewhere, may help.

    /// <summary>The deadline passed; the stage says where.</summary>
    DeadlineExceeded = 64,

    /// <summary>The queue is full.</summary>
    Overloaded = 65,

    /// <summary>More requests in flight than credits.</summary>
    CreditExceeded = 66,

    /// <summary>The server is going away.</summary>
    Draining = 67,

    /// <summary>The ledger's disk has failed: events are not acknowledged, campaigns not replaced, and are to be sent again when the server has been started anew.</summary>
    LedgerStopped = 68,

    /// <summary>A fault of the server; its log says more.</summary>
    Internal = 96,
}
