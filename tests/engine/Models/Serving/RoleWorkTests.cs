using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

public sealed class RoleWorkTests
{
    [SkippableTheory, InlineData(""), InlineData(""", "missing": "nan" """)]
    public void BindingAndSubmittingAllocateNothing(string missing)
    {
        using ModelFolders folders = new();
        folders.Write("tower", 1, OnnxModels.Unary("Neg"), $$""" "inputs": [{ "name": "x", "role": "listenerVector"{{missing}} }], "outputs": [{ "name": "y", "role": "embedding" }], "labels": ["stable"], """,
            [("x", [1, 2, 3, 4], [1, 4])], [-1, -2, -3, -4], [1, 4]);
        CatalogueBuilder.Build(folders.File(".c.rbt"), Vectors.Uniform(new Random(1), 40), 4);
        using Catalogue catalogue = Catalogue.Open(folders.File(".c.rbt"));
        using ModelHost host = folders.Open();
        float[] features = GC.AllocateArray<float>(4, pinned: true);
        var work = new EmbedWork();
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            for (int i = 0; i < 100; i++) work.Run(host, catalogue, features);
        }));
        Assert.Equal([-7f, 0, 0, 0], work.Values.ToArray());
    }

    private sealed class EmbedWork : RoleWork
    {
        private readonly ManualResetEventSlim _done = new();

        public unsafe void Run(ModelHost host, Catalogue catalogue, float[] features)
        {
            features[0] = 7;
            var pinned = new PinnedSpan<float>((nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(features)), features.Length); // SAFETY: the array is pinned
            if (!host.TryHold("tower", 0, "stable", 3, out ModelGeneration? generation)) throw new InvalidOperationException();
            if (Bind(generation!, catalogue, new RoleInputs(default, default, 1, pinned), ModelRole.Embedding, out _) is { } problem) throw new InvalidOperationException(problem);
            Arrived = Stopwatch.GetTimestamp();
            _done.Reset();
            if (!generation!.TrySubmit(this, out _)) throw new InvalidOperationException();
            while (!_done.IsSet) Thread.SpinWait(20); // waiting might allocate
        }

        protected internal override void Done(ModelGeneration generation, in ModelOutcome outcome) => _done.Set();
    }
}
