namespace Rubato;

/// <summary>What pacing tells the request path about one campaign.</summary>
/// <param name="Lambda">λ, in place of the price set's: shadow price of the budget per currency unit of spend, 0 to <see cref="PriceSet.PriceMax"/></param>
/// <param name="Mu">μ, in place of the price set's: shadow price of the promised delivery, per delivery, 0 to <see cref="PriceSet.PriceMax"/></param>
/// <param name="Admission">probability that the campaign takes part in a request at all, 0 to 1; 1 for policies that steer by price</param>
public readonly record struct PacingSignal(double Lambda, double Mu, double Admission);
