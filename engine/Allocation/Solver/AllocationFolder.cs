namespace Rubato;

/// <summary>The folder of .npy files that holds an allocation problem.</summary>
public static class AllocationFolder
{
    /// <summary>Reads and validates a problem.</summary>
    /// <param name="folder">
    /// indptr i8 [I + 1], campaign i4 [E], value, spend f4 [E], slots i4 [I], budget f8 [J];
    /// optional margin f4 [E], promised, penalty f8 [J], licensor i4 [J], cap f8 [L], cohort i4 [I]
    /// </param>
    /// <exception cref="DataFileException">A file is missing or damaged, has another type, or holds what is not permitted.</exception>
    public static AllocationProblem Read(string folder) => new(
        new AllocationColumns
        {
            Starts = Required<long>(folder, "indptr"),
            Campaigns = Required<int>(folder, "campaign"),
            Values = Required<float>(folder, "value"),
            Spends = Required<float>(folder, "spend"),
            Margins = Optional<float>(folder, "margin"),
            Slots = Required<int>(folder, "slots"),
            Budgets = Required<double>(folder, "budget"),
            Promised = Optional<double>(folder, "promised"),
            Penalties = Optional<double>(folder, "penalty"),
            Licensors = Optional<int>(folder, "licensor"),
            Caps = Optional<double>(folder, "cap"),
            Cohorts = Optional<int>(folder, "cohort"),
        },
        folder);

    /// <summary>Writes the columns of a problem, one file each; optional columns that are empty get no file.</summary>
    /// <param name="folder">created where it does not exist</param> <param name="columns">the columns</param>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static void Write(string folder, AllocationColumns columns)
    {
        Directory.CreateDirectory(folder);
        Write(folder, "indptr", columns.Starts, optional: false);
        Write(folder, "campaign", columns.Campaigns, optional: false);
        Write(folder, "value", columns.Values, optional: false);
        Write(folder, "spend", columns.Spends, optional: false);
        Write(folder, "margin", columns.Margins, optional: true);
        Write(folder, "slots", columns.Slots, optional: false);
        Write(folder, "budget", columns.Budgets, optional: false);
        Write(folder, "promised", columns.Promised, optional: true);
        Write(folder, "penalty", columns.Penalties, optional: true);
        Write(folder, "licensor", columns.Licensors, optional: true);
        Write(folder, "cap", columns.Caps, optional: true);
        Write(folder, "cohort", columns.Cohorts, optional: true);
    }

    private static string PathOf(string folder, string name) => Path.Combine(folder, name + ".npy");

    private static T[] Required<T>(string folder, string name) where T : unmanaged => NpyFile.Read<T>(PathOf(folder, name), dimensions: 1).Values;

    private static T[] Optional<T>(string folder, string name) where T : unmanaged
        => File.Exists(PathOf(folder, name)) ? Required<T>(folder, name) : [];

    private static void Write<T>(string folder, string name, T[] values, bool optional) where T : unmanaged
    {
        string path = PathOf(folder, name);
        if (optional && values.Length == 0) File.Delete(path); // a file left by another problem would change the meaning
        else NpyFile.Write<T>(path, values);
    }
}
