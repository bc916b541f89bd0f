namespace Rubato.Bench;

/// <summary>Long runs of served models: <c>models reload [--seconds 60] [--reloads 10] [--rate 300] [--hidden 1024]</c>, <c>models batching [--milliseconds 1500]</c>.</summary>
internal static class ModelsCommand
{
    public const string Name = "models";

    /// <summary>0 where every promise was kept.</summary>
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["reload", .. var rest]:
                Arguments reload = new(rest, "--seconds", "--reloads", "--rate", "--hidden");
                return ReloadRun.RunAsync(reload.Get("--seconds", 60), reload.Get("--reloads", 10), reload.Get("--rate", 300), reload.Get("--hidden", 1024)).GetAwaiter().GetResult() ? 0 : 1;
            case ["batching", .. var rest]:
                Arguments batching = new(rest, "--milliseconds");
                return BatchingRun.Run(batching.Get("--milliseconds", 1500)) ? 0 : 1;
            default:
                Console.Error.WriteLine("models: expected reload or batching");
                return 2;
        }
    }
}
