// Solves one problem with rubato and with HiGHS, alternating, in one run, and prints one JSON object with the ratios of their median times.
//   node compare.mjs --rubato "dotnet …/rubato.dll" --problem folder [--gap 1e-3] [--solvers simplex,ipm,pdlp] [--rounds 3] [--seconds 120]
// HiGHS runs as WebAssembly on one thread, so rubato runs on one, too. A solver that exceeds the seconds is reported with them as a lower bound;
// the processor time of its last run stands beside the median, for runs of minutes on a machine that does other things too.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import loadHighs from "highs";
import { build } from "./model.mjs";

const { values: options } = parseArgs({
  options: {
    rubato: { type: "string" }, problem: { type: "string" }, gap: { type: "string", default: "1e-3" },
    solvers: { type: "string", default: "simplex,ipm,pdlp" }, rounds: { type: "string", default: "3" }, seconds: { type: "string", default: "120" },
  },
});
if (!options.rubato || !options.problem) throw new Error("--rubato and --problem are required");
const gap = Number(options.gap), limit = Number(options.seconds), solvers = options.solvers.split(",");
const highs = await loadHighs(), data = build(options.problem, highs), out = mkdtempSync(join(tmpdir(), "allocation-peers-"));

function rubato() {
  const [program, ...first] = options.rubato.split(" ");
  const text = execFileSync(program, [...first, "solve", "--problem", options.problem, "--gap", options.gap, "--threads", "1", "--out", join(out, "prices"), "--json"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(text.trim().split("\n").at(-1));
}

function peer(solver) {
  return highs.withModel(data, (model) => {
    const set = { output_flag: false, solver, time_limit: limit };
    if (solver === "pdlp") set.pdlp_optimality_tolerance = gap;
    if (solver === "ipm") Object.assign(set, { ipm_optimality_tolerance: gap, run_crossover: "off" });
    model.options.set(set);
    const begin = performance.now(), before = process.cpuUsage();
    model.run();
    const used = process.cpuUsage(before);
    return { seconds: (performance.now() - begin) / 1000, cpuSeconds: (used.user + used.system) / 1e6, status: statusNames.get(model.getModelStatus()), objective: model.getObjectiveValue() };
  });
}

const statusNames = new Map(Object.entries(highs.constants.modelStatus).map(([name, value]) => [value, name]));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const times = { rubato: [] }, last = {};
for (let round = 0; round < Number(options.rounds); round++) {
  last.rubato = rubato();
  times.rubato.push(last.rubato.seconds);
  for (const solver of solvers) {
    if (times[solver]?.at(-1) >= limit) continue; // once is enough to know that it takes longer
    last[solver] = peer(solver);
    (times[solver] ??= []).push(last[solver].seconds);
  }
}
rmSync(out, { recursive: true });
const own = median(times.rubato);
console.log(JSON.stringify({
  problem: options.problem, gap, rubato: { seconds: own, gap: last.rubato.gap, primal: last.rubato.primal, dual: last.rubato.dual },
  peers: solvers.map((solver) => ({ solver: `highs ${solver}`, seconds: median(times[solver]), ratio: median(times[solver]) / own, cpuSeconds: last[solver].cpuSeconds, status: last[solver].status, objective: last[solver].objective })),
}));
