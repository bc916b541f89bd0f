namespace Rubato.Tests.Support;

/// <summary>Ways to a loaded model that tests need all the time.</summary>
internal static class HeldModel
{
    /// <summary>A held generation; the caller releases it.</summary>
    public static ModelGeneration Hold(this ModelHost host, string model, int version = 0, string label = "", ulong listener = 0)
    {
        Assert.True(host.TryHold(model, version, label, listener, out ModelGeneration? generation), host.Explain(model, version, label));
        return generation!;
    }

    /// <summary>The version that a request gets; 0 for none.</summary>
    public static int VersionOf(this ModelHost host, string model, string label = "", ulong listener = 0)
    {
        if (!host.TryHold(model, 0, label, listener, out ModelGeneration? generation)) return 0;
        generation!.Release();
        return generation.Version;
    }

    /// <summary>Submits a work that must be accepted.</summary>
    public static TWork Submit<TWork>(this ModelHost host, string model, TWork work) where TWork : ModelWork
    {
        Assert.True(host.Hold(model).TrySubmit(work, out _));
        return work;
    }

    public static ModelVersionInfo Version(this ModelHost host, string model, int version) =>
        host.Models.Single(info => info.Name == model).Versions.Single(info => info.Version == version);
}
