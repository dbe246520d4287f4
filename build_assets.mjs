// Builds src/events/static/{css,js,img} into src/events/static/built with hashed names and a manifest.
// Run by hatch_build.py whenever the package is installed, editable or not; by hand: `npm run build`.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const source = join(root, "src/events/static");
const built = join(source, "built");
const packages = join(root, "node_modules");

// One bundle per audience: guests never download the organiser's tables or the door's verdicts.
const stylesheets = ["app.css", "organiser.css", "door.css", "host.css", "contacts.css"].map((name) => join(source, "css", name));
const scripts = readdirSync(join(source, "js"))
  .filter((name) => name.endsWith(".js") && !name.startsWith("_"))
  .map((name) => join(source, "js", name));
const images = readdirSync(join(source, "img")).map((name) => join(source, "img", name));
const decoder = join(packages, "zxing-wasm/dist/reader/zxing_reader.wasm");

// Typst reads these by file; they carry the Latin of Łukasz and the kanji of 髙見本, 𠮷例 and 葛󠄀例 between them.
const pdfFonts = [
  "instrument-sans/400Regular/InstrumentSans_400Regular.ttf",
  "instrument-sans/600SemiBold/InstrumentSans_600SemiBold.ttf",
  "newsreader/500Medium/Newsreader_500Medium.ttf",
  "noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf",
  "noto-sans-jp/700Bold/NotoSansJP_700Bold.ttf",
];

const shared = {
  absWorkingDir: root, bundle: true, minify: true, write: false, metafile: true, outdir: built, logLevel: "warning",
  entryNames: "[name]-[hash]", assetNames: "files/[name]-[hash]", chunkNames: "chunk-[hash]", publicPath: "/static",
};

async function bundled() {
  const css = await build({ ...shared, entryPoints: stylesheets, loader: { ".woff2": "file", ".svg": "file" } });
  // A worker (*.worker.js) is an entry like any other: a page hands its address over in a data attribute.
  const js = await build({ ...shared, entryPoints: scripts, format: "esm", splitting: true, target: ["es2022"] });
  return [css, js];
}

// A bundle is known by its entry, a font or picture that a stylesheet uses by its own file; shared chunks need no name.
function namesOf(metafile) {
  const nameable = Object.entries(metafile.outputs).filter(([path, output]) => output.entryPoint || !path.endsWith(".js"));
  return nameable.map(([path, output]) => [
    basename(output.entryPoint ?? Object.keys(output.inputs)[0]),
    relative(built, join(root, path)).replaceAll("\\", "/"),
  ]);
}

function hashed(path) {
  const bytes = readFileSync(path);
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const extension = extname(path);
  return [basename(path), `${basename(path, extension)}-${digest}${extension}`, bytes];
}

// An unchanged file is left alone but for its time, which says when it was last wanted.
function keep(name, bytes) {
  const path = join(built, name);
  const now = new Date();
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(bytes))) return utimesSync(path, now, now);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

// A page opened before an upgrade may still ask for its scripts and fonts, so the files of earlier builds stay for a day.
const graceMs = 24 * 60 * 60 * 1000;

function removeOutdated(current) {
  for (const name of readdirSync(built, { recursive: true })) {
    const path = join(built, name);
    const file = statSync(path);
    if (file.isFile() && !current.has(name.replaceAll("\\", "/")) && Date.now() - file.mtimeMs > graceMs) rmSync(path);
  }
}

const results = await bundled();
const bundles = results.flatMap((result) => namesOf(result.metafile));
const bundledNames = new Set(bundles.map(([name]) => name));
const copies = [...images.filter((path) => !bundledNames.has(basename(path))), decoder].map(hashed);
const manifest = Object.fromEntries([...bundles, ...copies.map(([name, target]) => [name, target])].sort());

const files = new Map();
for (const output of results.flatMap((result) => result.outputFiles)) {
  files.set(relative(built, output.path).replaceAll("\\", "/"), output.contents);
}
for (const [, target, bytes] of copies) files.set(target, bytes);
for (const font of pdfFonts) files.set(`fonts/pdf/${basename(font)}`, readFileSync(join(packages, "@expo-google-fonts", font)));
files.set("manifest.json", Buffer.from(JSON.stringify(manifest, null, 1) + "\n"));

mkdirSync(built, { recursive: true });
for (const [name, bytes] of files) keep(name, bytes);
removeOutdated(new Set(files.keys()));
