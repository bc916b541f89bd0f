using Rubato.Kernels;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels;

public class FiniteCheckTests
{
    [SkippableFact]
    public void FindsTheFirstOffenderAtEveryPlace()
    {
        Skip.IfNot(GuardedBuffer<float>.Supported, "needs Linux");
        for (int length = 0; length < 70; length++)
        {
            using GuardedBuffer<float> values = new(Enumerable.Repeat(float.MaxValue, length).ToArray());
            Assert.Equal(-1, FiniteCheck.FirstNonFinite(values.Span));
            for (int i = length - 1; i >= 0; i--)
            {
                values.Span[i] = (i % 3) switch { 0 => float.NaN, 1 => float.PositiveInfinity, _ => float.NegativeInfinity };
                Assert.Equal(i, FiniteCheck.FirstNonFinite(values.Span));
            }
        }
    }

    [SkippableFact]
    public void FindsTheFirstInfinityAmongEveryKindOfNaN()
    {
        Skip.IfNot(GuardedBuffer<float>.Supported, "needs Linux");
        uint[] others = [0x7FC0_0000, 0xFFC0_0000, 0x7F80_0001, 0xFFFF_FFFF, 0x7F7F_FFFF, 0xFF7F_FFFF, 0, 0x8000_0000, 1]; // NaNs, the largest and the least numbers
        for (int length = 0; length < 70; length++)
        {
            using GuardedBuffer<float> values = new(Enumerable.Range(0, length).Select(i => BitConverter.UInt32BitsToSingle(others[i % others.Length])).ToArray());
            Assert.Equal(-1, FiniteCheck.FirstInfinite(values.Span));
            for (int i = length - 1; i >= 0; i--)
            {
                values.Span[i] = i % 2 == 0 ? float.PositiveInfinity : float.NegativeInfinity;
                Assert.Equal(i, FiniteCheck.FirstInfinite(values.Span));
            }
        }
    }
}
