// Makes schema.json: what the AWS provider's types that we use look like, read out of npm's typings of them. To run again when a type is
// used for the first time, or the provider's version moves:
//
//   npm install --no-save --ignore-scripts --legacy-peer-deps @cdktf/provider-aws@21.22.1 && node schema.mjs
//
// A type is told as {attributes: {NAME: [TYPE, required|optional|computed]}, blocks: {NAME: [list|set|single, TYPE]}}. What may be given
// counts as what the provider may also fill in: the typings do not tell these apart.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { typesUsed } from "./hcl.mjs";

const library = new URL("node_modules/@cdktf/provider-aws/lib/", import.meta.url);
const SIMPLE = { string: "string", number: "number", boolean: "bool", any: "dynamic", anyMap: ["map", "dynamic"] };

function typeOf(kind, storage) {
  const of = /^(string|number|boolean)(List|Map)?(List)?$/.exec(storage);
  if (storage in SIMPLE) return SIMPLE[storage];
  if (!of) return "dynamic";
  const element = SIMPLE[of[1]];
  return kind === "map" ? ["map", element] : [kind === "set" ? "set" : "list", element];
}

// The literal { NAME: { value, isBlock, type, storageClassType }, ... } that begins at a place in the text.
function literal(text, from) {
  const entries = /(\w+): \{\s*value: ([^\n]*),\s*isBlock: (true|false),\s*type: "(\w+)",\s*storageClassType: "(\w+)",?\s*\}/gy;
  const start = text.indexOf("const attrs = {", from) + "const attrs = {".length;
  entries.lastIndex = start;
  const found = [];
  for (;;) {
    while (/[\s,]/.test(text[entries.lastIndex] ?? "")) entries.lastIndex++;
    const before = entries.lastIndex;
    const entry = entries.exec(text);
    if (!entry) {
      if (text[before] !== "}") throw new Error(`not understood: ${text.slice(before, before + 120)}`);
      return found;
    }
    found.push({ name: entry[1], value: entry[2], isBlock: entry[3] === "true", kind: entry[4], storage: entry[5] });
  }
}

const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

function describe(js, typings, from, interfaceName) {
  const declared = new RegExp(`export interface ${interfaceName}[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(typings)?.[1] ?? "";
  const type = { attributes: {}, blocks: {} };
  for (const { name, value, isBlock, kind, storage } of literal(js, from)) {
    const needed = new RegExp(`readonly ${camel(name)}:`).test(declared);
    const nested = /(\w+)ToHclTerraform/.exec(value)?.[1];
    if (isBlock && nested && js.includes(`function ${nested}ToHclTerraform(`)) {
      const name_ = nested[0].toUpperCase() + nested.slice(1);
      const inner = describe(js, typings, js.indexOf(`function ${nested}ToHclTerraform(`), name_);
      type.blocks[name] = [kind === "struct" ? "single" : kind, inner, needed ? 1 : 0];
    } else {
      type.attributes[name] = [typeOf(kind, storage), needed ? "required" : "optional"];
    }
  }
  return type;
}

function resource(name) {
  const data = name.startsWith("data.");
  const bare = name.replace(/^data\./, "").replace(/^aws_/, "");
  const folder = readdirSync(library).find((entry) => entry.replaceAll("-", "") === ((data ? "dataaws" : "") + bare.replaceAll("_", "")));
  if (!folder) throw new Error(`${name} is no type of this provider`);
  const js = readFileSync(new URL(`${folder}/index.js`, library), "utf8");
  const typings = readFileSync(new URL(`${folder}/index.d.ts`, library), "utf8");
  const className = /class (\w+) extends cdktf\.Terraform(Resource|DataSource)/.exec(js)[1];
  const start = js.indexOf(`class ${className} extends`);
  const own = js.indexOf("synthesizeHclAttributes() {", start);
  // A data source that takes nothing has no such method with a literal in it.
  const type = own < 0 ? { attributes: {}, blocks: {} } : describe(js, typings, own, `${className}Config`);
  const getters = /get (\w+)\(\) \{\s*return (?:cdktf\.\w+(?:\.\w+)?\()?this\.(?:get(String|Number|Boolean|List|StringMap|NumberList)\w*\('(\w+)'\)|(_\w+));/g;
  for (const [, , getter, attribute] of js.slice(start).matchAll(getters)) {
    if (!attribute || attribute in type.attributes || attribute in type.blocks) continue;
    const simple = { String: "string", Number: "number", Boolean: "bool", List: ["list", "string"], StringMap: ["map", "string"], NumberList: ["list", "number"] }[getter];
    type.attributes[attribute] = [simple, "computed"];
  }
  return type;
}

const types = {};
for (const name of await typesUsed()) types[name] = resource(name);
const provider = describeProvider();
writeFileSync(
  new URL("schema.json", import.meta.url),
  `{"provider":${JSON.stringify(provider)},\n"types":{\n${Object.keys(types).sort().map((name) => `${JSON.stringify(name)}:${JSON.stringify(types[name])}`).join(",\n")}\n}}\n`,
);

function describeProvider() {
  const js = readFileSync(new URL("provider/index.js", library), "utf8");
  const typings = readFileSync(new URL("provider/index.d.ts", library), "utf8");
  return describe(js, typings, js.indexOf("synthesizeHclAttributes() {", js.indexOf("class AwsProvider extends")), "AwsProviderConfig");
}
