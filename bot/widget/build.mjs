// Builds dist/ (widget.js, index.html, page.css). The styles travel inside widget.js as text, made small here.
import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

// esbuild's own text loader keeps blanks and comments.
const smallStyles = {
  name: "small-styles",
  setup(run) {
    run.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code, loader: "text" };
    });
  },
};

await mkdir(dist, { recursive: true });
await build({
  entryPoints: [join(here, "src/widget.ts")],
  outfile: join(dist, "widget.js"),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  // The packages that travel inside; each is under the MIT licence, whose text stands in its folder of node_modules.
  banner: { js: "/*! With socket.io-client, engine.io-client, their parsers and component-emitter: MIT licence, (c) Guillermo Rauch, Socket.IO and Component contributors */" },
  plugins: [smallStyles],
});
for (const name of ["index.html", "page.css"]) await copyFile(join(here, "src/page", name), join(dist, name));
console.log(`widget.js: ${(await stat(join(dist, "widget.js"))).size} bytes`);
