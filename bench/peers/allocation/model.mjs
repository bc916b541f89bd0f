// The linear program of an allocation folder: one column per edge, one per promise (what is missed), rows in compressed form.
import { read } from "./npy.mjs";

/** @returns model data for highs.createModel, maximising value less penalties */
export function build(folder, highs) {
  const [starts, campaign, value, spend, slots, budget] = ["indptr", "campaign", "value", "spend", "slots", "budget"].map((name) => read(folder, name));
  const margin = read(folder, "margin"), promised = read(folder, "promised"), licensor = read(folder, "licensor");
  const cap = read(folder, "cap"), cohort = read(folder, "cohort");
  const edges = campaign.length, promises = promised ? [...promised.keys()].filter((j) => promised[j] > 0) : [];
  const penalty = read(folder, "penalty") ?? new Float64Array(budget.length).fill(10 * value.reduce((a, b) => Math.max(a, b), 0));
  const rows = [];
  const row = (lower, upper) => rows.push({ lower, upper, indices: [], values: [] }) - 1;
  const add = (at, column, coefficient) => { rows[at].indices.push(column); rows[at].values.push(coefficient); };
  const free = Infinity;
  const slotRow = Array.from(slots, (k) => row(-free, k));
  const budgetRow = Array.from(budget, (b) => (Number.isFinite(b) ? row(-free, b) : -1));
  const promiseRow = new Map(promises.map((j) => [j, row(promised[j], free)]));
  const capRow = cap ? Array.from(cap, (c) => (Number.isFinite(c) ? row(-free, c) : -1)) : [];
  const floorRow = margin && cohort ? Array.from({ length: Math.max(...cohort) + 1 }, () => row(0, free)) : [];
  for (let i = 0; i < slots.length; i++)
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const j = campaign[e];
      add(slotRow[i], e, 1);
      if (budgetRow[j] >= 0) add(budgetRow[j], e, spend[e]);
      if (promiseRow.has(j)) add(promiseRow.get(j), e, 1);
      if (cap && capRow[licensor[j]] >= 0) add(capRow[licensor[j]], e, 1);
      if (floorRow.length && cohort[i] >= 0) add(floorRow[cohort[i]], e, margin[e]);
    }
  promises.forEach((j, n) => add(promiseRow.get(j), edges + n, 1));
  const columns = edges + promises.length, rowStarts = new Int32Array(rows.length + 1);
  rows.forEach((r, n) => { rowStarts[n + 1] = rowStarts[n] + r.indices.length; });
  const indices = new Int32Array(rowStarts[rows.length]), values = new Float64Array(indices.length);
  rows.forEach((r, n) => { indices.set(r.indices, rowStarts[n]); values.set(r.values, rowStarts[n]); });
  const cost = new Float64Array(columns), upper = new Float64Array(columns).fill(1);
  cost.set(value);
  promises.forEach((j, n) => { cost[edges + n] = -penalty[j]; upper[edges + n] = free; });
  return {
    numCols: columns, numRows: rows.length, sense: highs.constants.objectiveSense.maximize,
    colCost: cost, colLower: new Float64Array(columns), colUpper: upper,
    rowLower: Float64Array.from(rows, (r) => r.lower), rowUpper: Float64Array.from(rows, (r) => r.upper),
    matrix: { format: "csr", numRows: rows.length, numCols: columns, starts: rowStarts, indices, values },
  };
}
