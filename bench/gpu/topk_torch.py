"""The best k of q @ x.T in fp16 by PyTorch on a GPU: seconds for all queries at once, the shortest and the median of 20 rounds.

Queries and rows are on the device before a round, and what is found stays there: no copies are counted.

Usage: topk_torch.py X.npy Q.npy K
       topk_torch.py ROWS DIMENSION QUERIES K      # random numbers from -0.5 to 0.5, as `rubato doctor --gpu` takes them
"""
import json
import sys
import time

import torch

if len(sys.argv) == 4:
    import numpy

    rows = torch.from_numpy(numpy.load(sys.argv[1])).half().cuda()
    queries = torch.from_numpy(numpy.load(sys.argv[2])).half().cuda()
else:
    count, dimension, batch = (int(text) for text in sys.argv[1:4])
    rows = torch.rand(count, dimension, device="cuda").sub_(0.5).half()
    queries = torch.rand(batch, dimension, device="cuda").sub_(0.5).half()
k = int(sys.argv[-1])


def search():
    begun, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begun.record()
    torch.topk(queries @ rows.T, k)
    ended.record()
    ended.synchronize()
    return begun.elapsed_time(ended) / 1000


warm = time.monotonic() + 0.25  # a device at rest runs at a fraction of its clock
search()
while time.monotonic() < warm:
    search()
seconds = sorted(search() for _ in range(20))
print(json.dumps({
    "rows": len(rows), "queries": len(queries), "k": k, "seconds_min": seconds[0], "seconds_median": seconds[len(seconds) // 2],
    "torch": torch.__version__, "gpu": torch.cuda.get_device_name()}))
