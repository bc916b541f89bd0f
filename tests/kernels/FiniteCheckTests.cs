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
}
