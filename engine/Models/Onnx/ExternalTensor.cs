namespace Rubato;

/// <summary>An initializer whose data lies in another file.</summary>
/// <param name="Name">the initializer</param> <param name="Location">the file, as the model spells it</param>
/// <param name="Offset">first byte</param> <param name="Bytes">number of bytes; −1 for the rest of the file</param>
internal sealed record ExternalTensor(string Name, string Location, long Offset, long Bytes);
