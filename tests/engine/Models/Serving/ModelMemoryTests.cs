using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>What versions leave behind; measured by what is resident of the whole process.</summary>
[Collection(AloneCollection.Name)]
public sealed class ModelMemoryTests
{
    [SkippableFact]
    public async Task MemoryComesBack()
    {
        const int weights = 8 << 20; // 32 MiB
        using var folders = new ModelFolders();
        byte[] model = OnnxModels.Model(OnnxModels.Graph((1, OnnxModels.Node("MatMul", ["x", "w"], ["y"])),
            (5, OnnxModels.Tensor("w", OnnxModels.Float, Vectors.Uniform(new Random(1), weights), 4, weights / 4)),
            (11, OnnxModels.Value("x", OnnxModels.Float, "batch,4")), (12, OnnxModels.Value("y", OnnxModels.Float, $"batch,{weights / 4}"))));
        folders.Write("m", 1, model, """ "rowsMax": 1, """, [("x", [0f, 0, 0, 0], [1, 4])], new float[weights / 4], [1, weights / 4]);
        using ModelHost host = folders.Open();
        await Round();
        long least = long.MaxValue;
        for (int span = 0; span < 4; span++) // what a model leaves behind is in every one; what other tests have left in the heaps moves now and then
        {
            long before = Resident();
            for (int round = 0; round < 4; round++) await Round();
            least = Math.Min(least, Resident() - before);
        }
        Assert.InRange(least, long.MinValue, 48 << 20); // one model's worth at most, not four

        async Task Round()
        {
            await host.LoadAsync("m", 1);
            await host.UnloadAsync("m", 1);
            for (long end = Environment.TickCount64 + 30_000; host.MemoryBytes != 0; await Task.Delay(5)) Assert.True(Environment.TickCount64 < end);
        }

        static long Resident()
        {
            GC.Collect();
            return Environment.WorkingSet;
        }
    }
}
