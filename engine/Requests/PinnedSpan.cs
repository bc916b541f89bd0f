namespace Rubato;

/// <summary>Elements at an address that the caller keeps alive and in place: memory that does not move, such as a pinned socket buffer.</summary>
/// <param name="Address">address of the first element; 64-byte alignment is best, any alignment is right</param>
/// <param name="Count">number of elements, not negative</param>
/// <typeparam name="T">type of an element</typeparam>
public readonly record struct PinnedSpan<T>(nint Address, int Count) where T : unmanaged
{
    /// <summary>The elements.</summary>
    // SAFETY: whoever makes a PinnedSpan promises Count elements at Address for as long as the span is used.
    public unsafe ReadOnlySpan<T> Span => new((void*)Address, Count);
}
