"""The best k of q @ x.T in fp16 by PyTorch on a GPU: seconds for all queries at once, the shortest and the median of 20 rounds.

Usage: topk_torch.py X.npy Q.npy K
"""
import json
import sys

import numpy
import torch

rows = torch.from_numpy(numpy.load(sys.argv[1])).half().cuda()
queries = torch.from_numpy(numpy.load(sys.argv[2])).half().cuda()
k = int(sys.argv[3])
seconds = []
for _ in range(23):
    begun, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begun.record()
    torch.topk(queries @ rows.T, k)
    ended.record()
    ended.synchronize()
    seconds.append(begun.elapsed_time(ended) / 1000)
seconds = sorted(seconds[3:])
print(json.dumps({"seconds_min": seconds[0], "seconds_median": seconds[len(seconds) // 2], "torch": torch.__version__, "gpu": torch.cuda.get_device_name()}))
