namespace Rubato;

/// <summary>How memory on a device grows where it is short.</summary>
public enum ModelArena
{
    /// <summary>By powers of two: few calls of the driver, up to twice the memory.</summary>
    Doubling,
    /// <summary>By what is asked for: as little memory as it goes, more calls while the model warms up.</summary>
    Exact,
}
