namespace Rubato;

/// <summary>Where a delivery was counted: a cell of each row, and the third of a window in which.</summary>
internal readonly record struct FrequencyTaken(int FirstCell, uint FirstThird, int SecondCell, uint SecondThird);
