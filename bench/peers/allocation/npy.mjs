// Reads 1-D .npy files (little-endian f4, f8, i4, i8; version 1.0), as rubato writes them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const arrays = { "<f4": Float32Array, "<f8": Float64Array, "<i4": Int32Array, "<i8": BigInt64Array };

/** The elements of a file of the folder; null where it does not exist. */
export function read(folder, name) {
  const path = join(folder, `${name}.npy`);
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  if (!(type in arrays)) throw new Error(`${path}: element type ${type} (expected ${Object.keys(arrays)})`);
  const data = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  const values = new arrays[type](data);
  return type === "<i8" ? Array.from(values, Number) : values;
}
