namespace Rubato;

/// <summary>One campaign at one moment of a simulation.</summary>
/// <param name="Time">UTC</param>
/// <param name="Campaign">index of the campaign</param>
/// <param name="Delivered">deliveries reserved or settled so far</param>
/// <param name="SpentMicros">reserved and settled so far</param>
/// <param name="TargetMicros">what the curve wants spent by now</param>
/// <param name="Lambda">λ that holds from now on</param>
/// <param name="Admission">admission that holds from now on</param>
public readonly record struct SpendRecord(
    DateTime Time, int Campaign, long Delivered, long SpentMicros, long TargetMicros, double Lambda, double Admission);
