"""What run.sh printed, as a table: run.sh | report.py | bench/keep-report.sh similarity "Exact top-k against FAISS"."""
import json, sys

print("| set | threads | rounds | batch | ms | FAISS ms | ratio | FAISS GEMM ms | ratio | ids equal | re-scored | of read | of tile loop |")
print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: |")
for line in sys.stdin:
    result = json.loads(line)
    for batch in result["batches"]:
        share = lambda name: f"{batch[name]:.0%}" if name in batch else ""
        number = lambda name: f"{batch[name]:.3f}" if name in batch else ""
        print(f"| {result['set']} | {result['threads']} | {result['rounds']} | {batch['batch']} | {number('rubato_ms')} | {number('faiss_ms')} "
              f"| {batch['ratio']:.4f} | {number('faiss_gemm_ms')} | {number('ratio_to_gemm')} | {'yes' if batch['ids_equal_reference'] else 'NO'} "
              f"| {batch['rescored_fraction']:.6f} | {share('share_of_read')} | {share('share_of_amx')} |")
