"""Exact top-k by rubato and by FAISS IndexFlatIP on the same .npy files, alternating; prints one JSON object.

Started by run.sh, on the processors that the comparison may use. FAISS runs in this process, rubato as `rubato search`.
"""
import argparse, ctypes, json, os, statistics, subprocess, sys, time
import faiss
import numpy as np


def main():
    arguments = parse()
    base, queries = np.load(arguments.base, mmap_mode="r"), np.load(arguments.queries)
    rows, dimension = base.shape
    result = {
        "set": arguments.set, "rows": rows, "dimension": dimension, "k": arguments.k, "threads": arguments.threads, "rounds": arguments.rounds,
        "faiss": faiss.__version__, "openblas_core": openblas_core(),
    }
    padded = lambda count: (count + 63) // 64 * 64
    codes = padded(rows) * padded(dimension)
    result["int8_bytes"] = codes

    rubato = Rubato(arguments)
    expected, reference_checked = reference(rubato, queries, arguments)
    result["queries_checked_against_scalar"] = reference_checked
    index = faiss.IndexFlatIP(dimension)
    index.add(np.ascontiguousarray(base))
    faiss.omp_set_num_threads(arguments.threads)
    result["batches"] = [compare(index, rubato, queries, expected, batch, arguments, codes)
                         for batch in arguments.batches if batch <= len(queries)]
    print(json.dumps(result))


def parse():
    parser = argparse.ArgumentParser()
    for name in ("set", "base", "queries", "catalogue", "rubato", "ceiling", "work"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--k", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reference", type=int, default=64, help="queries answered by the scalar reference too")
    parser.add_argument("--batches", type=lambda text: [int(part) for part in text.split(",")], default=[1, 8, 64, 1024])
    parser.add_argument("--variant", help="force rubato's scan variant")
    return parser.parse_args()


class Rubato:
    """rubato search; every call is a process of its own that warms up before it measures."""

    def __init__(self, arguments):
        self.arguments = arguments

    def search(self, queries, batch, variant=None):
        """Ids [queries, k] and what the command reports."""
        work = self.arguments.work
        np.save(f"{work}/queries.npy", queries)
        command = [self.arguments.rubato, "search", "--catalogue", self.arguments.catalogue, "--queries", f"{work}/queries.npy",
                   "--k", str(self.arguments.k), "--threads", str(self.arguments.threads), "--batch", str(batch),
                   "--out-ids", f"{work}/ids.npy", "--out-scores", f"{work}/scores.npy", "--json"]
        variant = variant or self.arguments.variant
        if variant:
            command += ["--variant", variant]
        report = json.loads(subprocess.check_output(command).splitlines()[-1])
        return np.load(f"{work}/ids.npy"), report


def reference(rubato, queries, arguments):
    """The ids that every run must find: the scalar definition for the first queries, the fp32 scan, which must agree, for all.

    They take minutes, and are kept beside the catalogue until it is built anew.
    """
    kept, checked = f"{arguments.catalogue}.ids.npy", min(arguments.reference, len(queries))
    if os.path.exists(kept) and os.path.getmtime(kept) > os.path.getmtime(arguments.catalogue):
        return np.load(kept), checked
    expected, _ = rubato.search(queries, 64, "vector")
    if checked:
        scalar, _ = rubato.search(queries[:checked], checked, "scalar")
        if not np.array_equal(scalar, expected[:checked]):
            sys.exit("the fp32 scan differs from the scalar reference")
    np.save(kept, expected)
    return expected, checked


def compare(index, rubato, queries, expected, batch, arguments, codes):
    """Both sides and the machine's ceilings, alternating, a round each."""
    count = min(len(queries), max(128, 8 * batch)) // batch * batch
    rows = index.ntotal
    ours, theirs, forced, fractions, ceilings, equal, agreement = [], [], [], [], [], True, None
    default_threshold = faiss.cvar.distance_compute_blas_threshold
    for _ in range(arguments.rounds):
        seconds, ids = faiss_time(index, queries, batch, arguments.k)
        theirs.append(seconds)
        agreement = overlap(ids, expected[:len(ids)])
        if 1 < batch < default_threshold:  # FAISS scans so few queries one by one; its matrix product can be forced
            faiss.cvar.distance_compute_blas_threshold = 1
            forced.append(faiss_time(index, queries, batch, arguments.k)[0])
            faiss.cvar.distance_compute_blas_threshold = default_threshold
        ids, report = rubato.search(queries[:count], batch)
        ours.append(report["p50_us"] * 1e-6 / batch)
        fractions.append(report["rescored_fraction"])
        ceilings.append(json.loads(subprocess.check_output([arguments.ceiling, str(arguments.threads), str(codes)])))
        equal &= np.array_equal(ids, expected[:count])
    mine, peer = statistics.median(ours), statistics.median(theirs)
    line = {
        "batch": batch, "variant": report["variant"], "rubato_ms": 1e3 * mine, "faiss_ms": 1e3 * peer, "ratio": mine / peer,
        "ids_equal_reference": bool(equal), "faiss_ids_in_reference": agreement, "rescored_fraction": statistics.median(fractions),
    }
    if forced:
        line["faiss_gemm_ms"] = 1e3 * statistics.median(forced)
        line["ratio_to_gemm"] = mine / statistics.median(forced)
    if batch == 1:
        line["read_gb_s"] = 1e-9 * codes / mine
        line["read_ceiling_gb_s"] = statistics.median(ceiling["read_gb_s"] for ceiling in ceilings)
        line["share_of_read"] = line["read_gb_s"] / line["read_ceiling_gb_s"]
    line["gop_s"] = 2e-9 * rows * index.d / mine
    if ceilings[0]["amx_gop_s"]:
        line["amx_ceiling_gop_s"] = statistics.median(ceiling["amx_gop_s"] for ceiling in ceilings)
        line["share_of_amx"] = line["gop_s"] / line["amx_ceiling_gop_s"]
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in line.items()}


def faiss_time(index, queries, batch, k, seconds_max=1.0):
    """Median seconds per query over calls of a batch each, and the ids of the first call."""
    index.search(queries[:min(batch, 8)], k)  # wakes threads and pages
    times, first = [], None
    start = time.perf_counter()
    for at in range(0, len(queries) - batch + 1, batch):
        begun = time.perf_counter()
        _, ids = index.search(queries[at:at + batch], k)
        times.append(time.perf_counter() - begun)
        first = ids if first is None else first
        if time.perf_counter() - start > seconds_max:
            break
    return statistics.median(times) / batch, first


def overlap(found, expected):
    """Share of the reference's ids that FAISS found too; below 1 where fp32 rounding swaps the k-th."""
    return float(np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, expected)]))


def openblas_core():
    library = ctypes.CDLL("libopenblas.so.0")
    library.openblas_get_corename.restype = ctypes.c_char_p
    return library.openblas_get_corename().decode()


main()
