namespace Rubato;

/// <summary>
/// The folder of a ledger, as far as a ledger uses one. Contents are durable after <see cref="ILedgerFile.Sync"/>, names after
/// <see cref="SyncFolder"/>, and nothing else is: tests bring an implementation that loses, tears and reorders the rest.
/// </summary>
internal interface ILedgerFiles : IDisposable
{
    /// <summary>The folder, for messages.</summary>
    string Path { get; }

    /// <summary>Takes the folder for this object alone, until it is disposed or the process ends.</summary>
    /// <exception cref="LedgerException">Somebody else has it.</exception>
    void Lock();

    /// <summary>The names of the files.</summary>
    string[] Names();

    /// <summary>A new, empty file that only its owner may read; an existing one is emptied.</summary>
    ILedgerFile Create(string name);

    /// <summary>An existing file, to read and write.</summary>
    ILedgerFile Open(string name);

    /// <summary>Gives a file another name at one stroke; what had that name is gone.</summary>
    void Rename(string from, string to);

    void Delete(string name);

    /// <summary>Makes names created, changed and deleted so far durable.</summary>
    void SyncFolder();
}
