using System.Net;
using System.Text.Json;
using Rubato.Server;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>Models are listed, loaded, labelled and unloaded over the admin address, and measured.</summary>
public sealed class ModelAdminTests
{
    [SkippableFact]
    public async Task ModelsAreListedLabelledAndUnloaded()
    {
        await using var server = new ModelServer();
        await using HttpEndpoint admin = await AdminEndpoint.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), server.Server.Server);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{admin.Address}") };
        server.WriteRanker(6, "");
        server.WriteRanker(7, """ "shadow": {}, """);
        Assert.Equal((200, "done"), await SendAsync(HttpMethod.Post, "/models/look"));
        JsonElement ranker = (await ListAsync()).Single(model => model.GetProperty("name").GetString() == "ranker");
        Assert.Equal([5, 6, 7], ranker.GetProperty("versions").EnumerateArray().Select(version => version.GetProperty("version").GetInt32()));
        Assert.Equal("""["stable"]""", ranker.GetProperty("versions")[0].GetProperty("labels").GetRawText());
        Assert.Equal("cpu", ranker.GetProperty("versions")[0].GetProperty("provider").GetString());

        Assert.Equal((200, "done"), await SendAsync(HttpMethod.Post, "/models/ranker/6/load"));
        Assert.Equal((200, "moved"), await SendAsync(HttpMethod.Put, "/models/ranker/labels/canary?version=6"));
        Assert.Equal((200, "done"), await SendAsync(HttpMethod.Put, "/models/ranker/canary?percent=50"));
        Assert.Equal(6, server.Host.VersionOf("ranker", "canary"));
        Assert.Equal((202, "in shadow"), await SendAsync(HttpMethod.Put, "/models/ranker/labels/stable?version=7"));
        JsonElement seventh = (await ListAsync()).Single(model => model.GetProperty("name").GetString() == "ranker").GetProperty("versions")[2];
        Assert.Equal((5, 0), (seventh.GetProperty("shadow").GetProperty("served").GetInt32(), seventh.GetProperty("shadow").GetProperty("samples").GetInt32()));
        (int status, string error) = await SendAsync(HttpMethod.Post, "/models/ranker/5/unload");
        Assert.Equal(409, status);
        Assert.Contains("label stable stands for it", error);
        Assert.Equal((200, "done"), await SendAsync(HttpMethod.Delete, "/models/ranker/labels/canary"));
        Assert.EndsWith("no label 'canary' (expected stable)", (await SendAsync(HttpMethod.Delete, "/models/ranker/labels/canary")).Text);
        Assert.Equal((200, "done"), await SendAsync(HttpMethod.Post, "/models/ranker/6/unload"));

        Assert.Equal(409, (await SendAsync(HttpMethod.Post, "/models/nothing/1/load")).Status);
        Assert.Equal(400, (await SendAsync(HttpMethod.Post, "/models/ranker/zero/load")).Status);
        Assert.Equal(400, (await SendAsync(HttpMethod.Put, "/models/ranker/labels/stable?version=0")).Status);
        Assert.Equal(400, (await SendAsync(HttpMethod.Put, "/models/ranker/canary?percent=101")).Status);
        Assert.Equal(403, (await SendAsync(HttpMethod.Post, "/models/look", origin: "http://elsewhere.example")).Status);

        Dictionary<string, double> samples = PrometheusTextTests.Parse(await http.GetStringAsync("/metrics"));
        Assert.Equal(5, samples["rubato_model_label{model=\"ranker\",label=\"stable\"}"]);
        Assert.Equal(1, samples["rubato_model_provider{model=\"ranker\",version=\"5\",provider=\"cpu\",requested=\"cpu\",fallback=\"0\"}"]);
        Assert.Equal(0, samples["rubato_model_requests_total{model=\"any\",version=\"1\",status=\"Ok\"}"]);
        Assert.Equal(0, samples["rubato_ranked_requests_total{by=\"similarity\",reason=\"Failed\"}"]);
        Assert.Equal(server.Host.MemoryBytes, samples["rubato_models_memory_bytes"]);

        async Task<(int Status, string Text)> SendAsync(HttpMethod method, string path, string? origin = null)
        {
            using var request = new HttpRequestMessage(method, path);
            if (origin is not null) request.Headers.Add("Origin", origin);
            using HttpResponseMessage response = await http.SendAsync(request);
            JsonElement answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            return ((int)response.StatusCode, answer.GetProperty(response.IsSuccessStatusCode ? "result" : "error").GetString()!);
        }

        async Task<JsonElement[]> ListAsync() => [.. JsonDocument.Parse(await http.GetStringAsync("/models")).RootElement.GetProperty("models").EnumerateArray()];
    }

    [SkippableFact]
    public async Task AProviderThatIsNotToBeHadIsSeenInTheMetrics()
    {
        await using var server = new ModelServer();
        server.Folders.Unary("wishful", 1, """ "labels": ["stable"], "provider": "cuda", "cuda": { "device": 1, "memoryBytesMax": 1000000000, "arena": "exact" }, """);
        await server.Host.LookAsync();
        ModelProviderState provider = server.Host.Version("wishful", 1).Generation!.Session.Provider;
        Skip.If(provider.Used == ModelProvider.Cuda, "CUDA is here");
        Dictionary<string, double> samples = PrometheusTextTests.Parse(PrometheusText.Write(server.Server.Server));
        Assert.Equal(1, samples["rubato_model_provider{model=\"wishful\",version=\"1\",provider=\"cpu\",requested=\"cuda\",fallback=\"1\"}"]);
    }
}
