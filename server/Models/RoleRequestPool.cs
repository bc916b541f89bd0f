namespace Rubato.Server;

/// <summary>Spare EMBED and RANK requests, as many as were ever in flight at once.</summary>
internal sealed class RoleRequestPool
{
    private readonly Stack<RoleRequest> _spare = [];

    public RoleRequest Take()
    {
        lock (_spare) return _spare.TryPop(out RoleRequest? request) ? request : new RoleRequest(this);
    }

    public void Return(RoleRequest request)
    {
        lock (_spare) _spare.Push(request);
    }
}
