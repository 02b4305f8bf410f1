// Reads terraform's files.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join, relative } from "node:path";
import { parse } from "@cdktf/hcl2json";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Every directory below terraform/ with files of terraform's in it: its path, what they say by kind, and their text.
export async function modules() {
  const found = [];
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isDirectory() || entry.parentPath.includes(".terraform") || entry.name === ".terraform" || entry.parentPath.includes("node_modules")) continue;
    const directory = join(entry.parentPath, entry.name);
    const files = readdirSync(directory).filter((name) => name.endsWith(".tf"));
    if (files.length === 0) continue;
    const module = { path: relative(root, directory), text: "", says: {} };
    for (const file of files) {
      const text = readFileSync(join(directory, file), "utf8");
      module.text += text;
      for (const [kind, value] of Object.entries(await parse(file, text))) {
        module.says[kind] = kind === "terraform" || kind === "locals" ? [...(module.says[kind] ?? []), ...value] : merge(module.says[kind] ?? {}, value);
      }
    }
    found.push(module);
  }
  return found;
}

function merge(into, more) {
  for (const [name, value] of Object.entries(more)) {
    into[name] = Array.isArray(value) ? [...(into[name] ?? []), ...value] : { ...into[name], ...value };
  }
  return into;
}

// aws_instance, data.aws_subnet, ...: all of the provider's types that are used.
export async function typesUsed() {
  const types = new Set();
  for (const { says } of await modules()) {
    for (const type of Object.keys(says.resource ?? {})) types.add(type);
    for (const type of Object.keys(says.data ?? {})) types.add(`data.${type}`);
  }
  return [...types].sort();
}
