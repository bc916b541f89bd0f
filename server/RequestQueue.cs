using Rubato.Wire;

namespace Rubato.Server;

/// <summary>A bounded queue of requests that are copied into places made once; whoever works on it takes all that wait, up to a batch.</summary>
internal sealed class RequestQueue<TPlace> where TPlace : class, IQueuePlace, new()
{
    private readonly Queue<TPlace> _waiting;
    private readonly Stack<TPlace> _free;
    private bool _stopping;

    public RequestQueue(int placesMax)
    {
        _waiting = new Queue<TPlace>(placesMax);
        _free = new Stack<TPlace>(Enumerable.Range(0, placesMax).Select(_ => new TPlace()));
    }

    /// <summary>Requests waiting now.</summary>
    public int Depth
    {
        get
        {
            lock (_waiting) return _waiting.Count;
        }
    }

    /// <summary>Queues a request whose payload has been read successfully; false when the queue is full.</summary>
    public bool TryAdd(Connection connection, in FrameHeader header, long arrived, ReadOnlySpan<byte> payload)
    {
        lock (_waiting)
        {
            if (_stopping || !_free.TryPop(out TPlace? place)) return false;
            place.Take(connection, header, arrived, payload);
            _waiting.Enqueue(place);
            Monitor.Pulse(_waiting);
            return true;
        }
    }

    /// <summary>Waits for requests and takes as many as there are, up to a batch; 0 = the queue is closed and empty.</summary>
    public int TakeBatch(TPlace[] batch)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0)
            {
                if (_stopping) return 0;
                Monitor.Wait(_waiting);
            }
            int count = Math.Min(batch.Length, _waiting.Count);
            for (int i = 0; i < count; i++) batch[i] = _waiting.Dequeue();
            return count;
        }
    }

    /// <summary>Frees the places of a batch that has been answered.</summary>
    public void Return(ReadOnlySpan<TPlace> batch)
    {
        lock (_waiting)
        {
            foreach (TPlace place in batch)
            {
                place.Clear();
                _free.Push(place);
            }
        }
    }

    /// <summary>Takes no more requests; those that wait are still handed out.</summary>
    public void Close()
    {
        lock (_waiting)
        {
            _stopping = true;
            Monitor.PulseAll(_waiting);
        }
    }
}
