namespace Rubato;

/// <summary>One section of a snapshot file.</summary>
/// <param name="Name">what it holds; a number where this version does not know the kind</param>
/// <param name="Offset">first byte in the file</param>
/// <param name="Bytes">length without padding</param>
/// <param name="Crc">CRC32C of those bytes</param>
public sealed record CatalogueSection(string Name, long Offset, long Bytes, uint Crc);
