namespace Rubato;

/// <summary>Gives a slot to a candidate, or finds that it must compete again for less.</summary>
internal interface ISlotTaker
{
    /// <summary>Pays for a candidate; false where its campaign cannot: then it stands for its next campaign, or for none.</summary>
    /// <param name="candidate">its index</param> <param name="lowered">its score from now on, where false; at most what it was</param>
    bool TryTake(int candidate, out float lowered);
}
