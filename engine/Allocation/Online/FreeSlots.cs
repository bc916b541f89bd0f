namespace Rubato;

/// <summary>Without a ledger every slot is free.</summary>
internal readonly struct FreeSlots : ISlotTaker
{
    public bool TryTake(int candidate, out float lowered)
    {
        lowered = 0;
        return true;
    }
}
