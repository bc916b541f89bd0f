namespace Rubato;

/// <summary>The element type of a tensor; the numbers are those of ONNX.</summary>
public enum ModelElementType
{
    /// <summary>None, or one that this table does not know.</summary>
    Undefined,
    /// <summary>IEEE single.</summary>
    Float32,
    /// <summary>Unsigned byte.</summary>
    UInt8,
    /// <summary>Signed byte.</summary>
    Int8,
    /// <summary>Unsigned, 16 bits.</summary>
    UInt16,
    /// <summary>Signed, 16 bits.</summary>
    Int16,
    /// <summary>Signed, 32 bits.</summary>
    Int32,
    /// <summary>Signed, 64 bits.</summary>
    Int64,
    /// <summary>Text.</summary>
    String,
    /// <summary>One byte, 0 or 1.</summary>
    Bool,
    /// <summary>IEEE half.</summary>
    Float16,
    /// <summary>IEEE double.</summary>
    Float64,
    /// <summary>Unsigned, 32 bits.</summary>
    UInt32,
    /// <summary>Unsigned, 64 bits.</summary>
    UInt64,
    /// <summary>Two singles; not read or written.</summary>
    Complex64,
    /// <summary>Two doubles; not read or written.</summary>
    Complex128,
    /// <summary>The upper half of a single, held as ushort.</summary>
    BFloat16,
}
