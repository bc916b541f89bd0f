using System.Globalization;
using System.Text;

namespace Rubato.Bench;

/// <summary>Campaigns that run for ever and have money without end.</summary>
internal static class BenchCampaigns
{
    /// <summary>Writes a campaigns file.</summary>
    /// <param name="path">overwritten</param> <param name="campaigns">how many</param>
    /// <param name="promoted">track ids, of which every campaign promotes as many</param>
    public static void Write(string path, int campaigns, long[] promoted)
    {
        int each = promoted.Length / campaigns;
        var json = new StringBuilder("{\"campaigns\":[");
        for (int i = 0; i < campaigns; i++)
        {
            json.Append(CultureInfo.InvariantCulture, $$"""
                {{(i > 0 ? "," : "")}}{"id":{{i + 1}},"name":"synthetic","licensor":{{i % 20 + 1}},"tracks":[{{string.Join(',', promoted.Skip(i * each).Take(each))}}],
                "valueMicros":{{100_000 + 1000 * i}},"spendMicros":1000,"budgetMicros":{{1L << 52}},"start":"2020-01-01T00:00:00Z","end":"2100-01-01T00:00:00Z",
                "frequencyCap":{"deliveries":20,"windowSeconds":86400} }
                """);
        }
        File.WriteAllText(path, json.Append("]}").ToString());
    }
}
