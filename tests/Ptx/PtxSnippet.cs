using System.Runtime.InteropServices;

namespace Rubato.Tests.Ptx;

/// <summary>A few instructions as a kernel of one warp or block, for tests of the interpreter.</summary>
internal static class PtxSnippet
{
    /// <summary>Names of the registers that a snippet may use: %h (16 bits), %r (32), %d (64), %f, %fd and %p, eight of each and more.</summary>
    private const string Registers =
        ".reg .b16 %h<16>; .reg .b32 %r<40>; .reg .b64 %d<40>; .reg .f32 %f<16>; .reg .f64 %fd<16>; .reg .pred %p<16>; .reg .b64 %in, %out, %own;";

    /// <summary>A module around a body; %in and %out are addresses, %own that of the thread's 8 bytes of output.</summary>
    public static string Module(string body, int sharedBytes = 0, int threads = 32) => $$"""
        .version 7.5
        .target sm_80
        .address_size 64
        .visible .entry snippet(.param .align 8 .b8 p[16])
        .maxntid {{threads}}, 1, 1
        {
        {{(sharedBytes > 0 ? $".shared .align 16 .b8 tile[{sharedBytes}];" : "")}}
        {{Registers}}
        ld.param.b64 %in, [p];
        ld.param.b64 %out, [p+8];
        mov.u32 %r39, %tid.x;
        mul.wide.u32 %own, %r39, 8;
        add.s64 %own, %own, %out;
        {{body}}
        ret;
        }
        """;

    /// <summary>Runs a body over some input; the 8 bytes that every thread left in its place.</summary>
    public static ulong[] Run(string body, ReadOnlySpan<ulong> input = default, int sharedBytes = 0, int threads = 32, int blocks = 1, PtxTraffic? traffic = null)
    {
        var memory = new PtxGlobalMemory();
        long from = memory.Allocate(8 * input.Length), to = memory.Allocate(8 * threads);
        memory.Write(from, MemoryMarshal.AsBytes(input));
        memory.Write(to, new byte[8 * threads]);
        new PtxProgram(Module(body, sharedBytes, threads)).Launch(memory, MemoryMarshal.AsBytes<long>([from, to]), blocks, 1, threads, traffic: traffic);
        ulong[] results = new ulong[threads];
        memory.Read(to, MemoryMarshal.AsBytes(results.AsSpan()));
        return results;
    }

    /// <summary>The result of one instruction on operands given as bits.</summary>
    /// <param name="instruction">such as <c>add.s32</c></param>
    /// <param name="result">kind and bits of the destination register, such as <c>r32</c></param>
    /// <param name="operands">registers' prefixes and bits, such as <c>("r", 5)</c>; <c>p</c> for a predicate</param>
    public static ulong Of(string instruction, string result, params (string Register, ulong Bits)[] operands)
    {
        var body = new List<string>();
        for (int i = 0; i < operands.Length; i++)
        {
            (string register, _) = operands[i];
            body.Add(register == "p"
                ? $"ld.global.b32 %r3{i}, [%in+{8 * i}]; setp.ne.s32 %p{i}, %r3{i}, 0;"
                : $"ld.global.{Type(register)} %{register}{i}, [%in+{8 * i}];");
        }
        body.Add($"{instruction} %{result}9{string.Concat(operands.Select((operand, i) => $", %{operand.Register}{i}"))};");
        body.Add(result == "p" ? "selp.b32 %r8, 1, 0, %p9; st.global.b32 [%own], %r8;" : $"st.global.{Type(result)} [%own], %{result}9;");
        return Run(string.Join('\n', body), [.. operands.Select(operand => operand.Bits)])[0];
    }

    private static string Type(string register) => register switch { "h" => "b16", "r" => "b32", "d" => "b64", "f" => "f32", _ => "f64" };
}
