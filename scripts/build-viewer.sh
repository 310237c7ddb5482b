#!/usr/bin/env bash
# Bundles cryosim/report/viewer/src into bundle.min.js.  Only who changes the viewer needs it, with
# Node.js 20 and npm: the bundle is kept in the repository.
set -euo pipefail
cd "$(dirname "$0")/../cryosim/report/viewer"

command -v npm >/dev/null || {
    echo "build-viewer: npm is missing; install Node.js 20 or newer" >&2
    exit 2
}
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
# The sources as cryosim/report/bundle.py hashes them.
hash=$(cat package.json package-lock.json src/*.css src/*.js | sha256sum | cut -d' ' -f1)
npx esbuild src/main.js --bundle --minify --format=iife --global-name=cryosim --target=es2022 \
    --loader:.css=text --legal-comments=none --log-level=warning \
    --outfile=built.js --metafile=built.json

# What is bundled, and its licence as its makers ship it.
node - >LICENCES.txt <<'EOF'
const { existsSync, readFileSync } = require("node:fs");
const inputs = Object.values(JSON.parse(readFileSync("built.json")).outputs)[0].inputs;
const names = Object.keys(inputs)
  .filter((file) => file.startsWith("node_modules/") && inputs[file].bytesInOutput)
  .map((file) => file.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)[1]);
console.log("What bundle.min.js holds besides cryosim's own source, and its licences.");
for (const name of [...new Set(names)].sort()) {
  const folder = `node_modules/${name}/`;
  const { version, license } = JSON.parse(readFileSync(`${folder}package.json`));
  const files = ["LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE", "licenses/LICENSE-d3"];
  const texts = files.filter((file) => existsSync(folder + file))
    .map((file) => readFileSync(folder + file, "utf8"));
  if (!texts.length) {
    const readme = readFileSync(`${folder}README.md`, "utf8").match(/^LICENSE[\s\S]*/m);
    if (!readme) throw new Error(`${name} ships no licence`);
    texts.push(readme[0]);
  }
  console.log(`\n=== ${name} ${version} (${license}) ===\n`);
  console.log(texts.map((text) => text.replace(/[ \t\r]+$/gm, "").trim()).join("\n\n"));
}
EOF

{
    echo "// sources and locks: SHA-256 $hash"
    echo "/* Holds vtk.js (BSD-3-Clause, Kitware), Apache ECharts (Apache-2.0), zrender"
    echo " * (BSD-3-Clause) and what they need; all their licences stand in"
    echo " * cryosim/report/viewer/LICENCES.txt. */"
    cat built.js
} >bundle.min.js
rm -r built.js built.json node_modules
