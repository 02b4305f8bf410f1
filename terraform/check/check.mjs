// Checks terraform's files without terraform: what they name exists, and what exists is named and described.
import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { modules, root, typesUsed } from "./hcl.mjs";

const problems = [];
const wrong = (where, what) => problems.push(`${where}: ${what}`);
const read = (path) => readFileSync(join(root, path), "utf8");
const matches = (text, pattern) => new Set([...text.matchAll(pattern)].map((match) => match[1]));

// References stand in code: of texts only what is interpolated is left, of comments nothing.
function code(text) {
  let out = "";
  const inside = []; // For each ${ that is open, how many braces are open in it.
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (quoted) {
      if (text[at] === "\\") at++;
      else if (text[at] === '"') quoted = false;
      else if (text.startsWith("${", at) && text[at - 1] !== "$") {
        inside.push(0);
        quoted = false;
        at++;
        out += " ";
      }
    } else if (text[at] === "#") {
      at = text.indexOf("\n", at);
    } else if (text[at] === '"') {
      quoted = true;
      out += " ";
    } else if (text[at] === "}" && inside.at(-1) === 0) {
      inside.pop();
      quoted = true;
      out += " ";
    } else {
      if (inside.length > 0 && "{}".includes(text[at])) inside[inside.length - 1] += text[at] === "{" ? 1 : -1;
      out += text[at];
    }
  }
  return out;
}

const all = await modules();
const byPath = new Map(all.map((module) => [module.path, module]));
const known = JSON.parse(read("check/schema.json")).types;

for (const type of await typesUsed()) {
  if (!(type in known)) wrong("check/schema.json", `does not have ${type}: run schema.mjs`);
}

for (const { path, text, says } of all) {
  const names = code(text);
  const variables = says.variable ?? {};
  for (const [name, [{ type, description, validation, default: preset }]] of Object.entries(variables)) {
    if (!type) wrong(path, `variable ${name} has no type`);
    if (!/^[A-Z].*[.:]$/s.test(description ?? "") && !/\.$/.test(description ?? "")) wrong(path, `variable ${name} is not described in a sentence`);
    if (path.startsWith("modules/") && /number/.test(type) && !validation) wrong(path, `variable ${name} takes any number: it has no validation`);
    if (!names.includes(`var.${name}`)) wrong(path, `variable ${name} is used nowhere`);
  }
  for (const name of matches(names, /\bvar\.(\w+)/g)) if (!(name in variables)) wrong(path, `var.${name} is declared nowhere`);

  const locals = new Set((says.locals ?? []).flatMap(Object.keys));
  const tests = existsSync(join(root, path, "tests")) ? read(`${path}/tests/plan.tftest.hcl`) : "";
  for (const name of matches(names, /\blocal\.(\w+)/g)) if (!locals.has(name)) wrong(path, `local.${name} is declared nowhere`);
  for (const name of locals) if (!names.includes(`local.${name}`) && !tests.includes(`local.${name}`)) wrong(path, `local.${name} is used nowhere`);

  const resources = says.resource ?? {};
  for (const [, data, type, name] of names.matchAll(/(?<![\w.])(data\.)?(aws_\w+)\.(\w+)/g)) {
    const of = data ? says.data : resources;
    if (!of?.[type]?.[name]) wrong(path, `${data ?? ""}${type}.${name} is declared nowhere`);
  }
  for (const [name, outputs] of Object.entries(says.output ?? {})) if (!outputs[0].description) wrong(path, `output ${name} is not described`);

  for (const [name, [call]] of Object.entries(says.module ?? {})) {
    const called = byPath.get(join(path, call.source));
    if (!called) {
      wrong(path, `module ${name} is at ${call.source}, where nothing is`);
      continue;
    }
    const takes = called.says.variable ?? {};
    for (const given of Object.keys(call)) if (!["source", "for_each", "count", "depends_on"].includes(given) && !(given in takes)) wrong(path, `module ${name} takes no ${given}`);
    for (const [taken, [{ default: preset }]] of Object.entries(takes)) if (preset === undefined && !(taken in call)) wrong(path, `module ${name} is not given ${taken}`);
    for (const output of matches(names, new RegExp(`module\\.${name}(?:\\[[^\\]]*\\])?\\.(\\w+)`, "g"))) if (!(output in (called.says.output ?? {}))) wrong(path, `module ${name} has no output ${output}`);
  }
}

// The template is given what it names, and names what it is given.
const machine = byPath.get("modules/quafka-machine").text;
const given = new Set([...machine.slice(machine.indexOf("templatefile("), machine.indexOf("})")).matchAll(/^ {4}(\w+) +=/gm)].map((match) => match[1]));
const named = matches(read("modules/quafka-machine/user-data.sh.tftpl"), /\$\{(\w+)\}/g);
for (const name of named) if (!given.has(name)) wrong("user-data.sh.tftpl", `\${${name}} is not given`);
for (const name of given) if (!named.has(name)) wrong("user-data.sh.tftpl", `${name} is given and not used`);

// Quafka's settings and figures are Quafka's.
const settings = matches(readFileSync(join(root, "../docs/CONFIGURATION.md"), "utf8"), /^\| `([a-z0-9.]+)` \|/gm);
for (const { path, text } of all) {
  for (const name of matches(text, /"((?:node|gateway|storage|tiering|controller|log|shutdown|memory|security)\.[a-z0-9.]+)"/g)) if (!settings.has(name)) wrong(path, `${name} is no setting of Quafka's`);
}
const figures = matches(readFileSync(join(root, "../docs/METRICS.md"), "utf8"), /^\| `(quafka_\w+)` \|/gm);
const script = read("modules/quafka-machine/files/quafka-figures");
for (const name of matches(script, /"(quafka_\w+)"/g)) if (!figures.has(name)) wrong("quafka-figures", `${name} is no figure of Quafka's`);
// Alarms and scaling ask for what the script sends.
const sent = new Set([...matches(script, /(?:^|[\\n"= ])([A-Z]\w+) %/gm), ...matches(script, /told="(\w+) /g)]);
for (const name of matches(byPath.get("modules/quafka-aws").text, /metric(?:_name)? += "(\w+)"/g)) {
  if (!sent.has(name) && !["StatusCheckFailed", "HealthyHostCount"].includes(name)) wrong("modules/quafka-aws", `nobody sends the figure ${name}`);
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${all.length} modules: all that they name is there`);
