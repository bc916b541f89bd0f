namespace Rubato.Server;

/// <summary>What tells one version of a file from the next; the default value is that of a file that cannot be looked at.</summary>
internal readonly record struct CampaignFileStamp(DateTime Written, long Bytes)
{
    /// <summary>The stamp of a file; null has the default one.</summary>
    public static CampaignFileStamp Of(string? path)
    {
        try
        {
            if (path is null) return default;
            var file = new FileInfo(path);
            return file.Exists ? new CampaignFileStamp(file.LastWriteTimeUtc, file.Length) : default;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return default;
        }
    }
}
