namespace Rubato;

/// <summary>Whose rows a model takes first; within a priority, who came first.</summary>
public enum ModelPriority
{
    /// <summary>Somebody waits who would rather not.</summary>
    High,

    /// <summary>Somebody waits.</summary>
    Normal,

    /// <summary>Nobody waits: it is taken when there is nothing else, and refused where more than a quarter of the queue is full.</summary>
    Low,
}
