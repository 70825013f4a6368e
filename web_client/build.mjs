/** Builds what the browser receives into `dist/`: hashed, compressed, and within the size budget. */
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

import { build } from 'esbuild'
import { compileAsync } from 'sass'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const DIST = join(HERE, 'dist')
const BUDGET_BYTES = 100_000
const FIRST_LOAD = /^(app\.(css|js)|fonts\.css|be-vietnam-pro-.*\.woff2)$/

/** @type {import('esbuild').BuildOptions} */
const SHARED = {
  absWorkingDir: HERE,
  outdir: DIST,
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: 'none',
  entryNames: '[name].[hash]',
  assetNames: '[name].[hash]',
  chunkNames: 'chunk.[hash]',
  target: ['chrome109', 'firefox115', 'safari15.4'],
  loader: { '.woff2': 'file', '.svg': 'file', '.png': 'file' }
}

/**
 * Compiles a style sheet and gives every font and picture it names a hashed address.
 *
 * @param {string} name - Of the sheet: the theme, or its fonts
 * @returns {Promise<import('esbuild').Metafile>} What esbuild wrote
 */
async function buildStyles(name) {
  const { css } = await compileAsync(join(HERE, `css/${name}.scss`), {
    loadPaths: [join(HERE, 'node_modules')],
    quietDeps: true
  })
  const stdin = {
    contents: css,
    resolveDir: HERE,
    sourcefile: `${name}.css`,
    loader: /** @type {const} */ ('css')
  }
  const { metafile } = await build({ ...SHARED, stdin, entryNames: `${name}.[hash]` })
  return /** @type {import('esbuild').Metafile} */ (metafile)
}

/**
 * Bundles the shared script and one module for each page that needs its own.
 *
 * @returns {Promise<import('esbuild').Metafile>} What esbuild wrote
 */
async function buildScripts() {
  const pages = await pageModules()
  const entryPoints = [{ in: 'js/main.js', out: 'app' }, ...pages]
  const { metafile } = await build({ ...SHARED, entryPoints, format: 'esm', splitting: true })
  return /** @type {import('esbuild').Metafile} */ (metafile)
}

/** @returns {Promise<{in: string, out: string}[]>} Files named `*-page.js`, loaded by their page only */
async function pageModules() {
  const files = await readdir(join(HERE, 'js'), { recursive: true })
  return files
    .filter((file) => file.endsWith('-page.js'))
    .map((file) => ({ in: join('js', file), out: basename(file, '.js') }))
}

/** @returns {Promise<import('esbuild').Metafile>} The hashed pictures that templates name */
async function buildImages() {
  const pictures = await readdir(join(HERE, 'img'))
  const entryPoints = pictures.map((picture) => join('img', picture))
  const { metafile } = await build({
    ...SHARED,
    entryPoints,
    bundle: false,
    loader: { '.svg': 'copy' }
  })
  return /** @type {import('esbuild').Metafile} */ (metafile)
}

/**
 * Names each output by what a template calls it.
 *
 * @param {import('esbuild').Metafile[]} metafiles
 * @returns {Record<string, string>} Logical name to hashed file name
 */
function manifestOf(metafiles) {
  const files = metafiles
    .flatMap((metafile) => Object.keys(metafile.outputs))
    .map((file) => basename(file))
  const names = files.filter((file) => !file.startsWith('chunk.'))
  return Object.fromEntries(
    names.map((file) => [file.replace(/\.[A-Z0-9]{8}\./, '.'), file]).sort()
  )
}

/**
 * Writes the compressed forms beside a file.
 *
 * @param {string} file - Name inside `dist/`
 * @returns {Promise<number>} Bytes that travel to a browser which accepts brotli
 */
async function compress(file) {
  const path = join(DIST, file)
  if (file.endsWith('.woff2')) return (await stat(path)).size
  const content = await readFile(path)
  const small = await promisify(brotliCompress)(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  })
  await writeFile(`${path}.br`, small)
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
  return small.length
}

/**
 * Compresses the code that several modules share.
 *
 * @param {import('esbuild').Metafile} scripts - What esbuild wrote
 * @returns {Promise<number>} Bytes of those that every page takes
 */
async function compressShared({ outputs }) {
  const chunks = (await readdir(DIST)).filter((file) => file.startsWith('chunk.'))
  const sizes = await Promise.all(chunks.map(compress))
  const app = Object.entries(outputs).find(([file]) => basename(file).startsWith('app.'))
  const taken = new Set(app?.[1].imports.map(({ path }) => basename(path)))
  return sizes.reduce((total, size, at) => total + (taken.has(chunks[at] ?? '') ? size : 0), 0)
}

/**
 * Prints the sizes and stops the build when a first load costs too much on a rural line.
 *
 * @param {Record<string, string>} manifest
 * @param {import('esbuild').Metafile} scripts
 */
async function checkBudget(manifest, scripts) {
  let total = await compressShared(scripts)
  for (const [name, file] of Object.entries(manifest)) {
    const size = await compress(file)
    if (FIRST_LOAD.test(name)) total += size
    console.log(`${String(size).padStart(7)}  ${name}`)
  }
  console.log(`${String(total).padStart(7)}  first load, of ${BUDGET_BYTES} allowed`)
  if (total > BUDGET_BYTES) throw new Error('The first load is over its budget.')
}

await rm(DIST, { recursive: true, force: true })
const [styles, fonts, scripts, images] = await Promise.all([
  buildStyles('app'),
  buildStyles('fonts'),
  buildScripts(),
  buildImages()
])
const manifest = manifestOf([styles, fonts, scripts, images])
await checkBudget(manifest, scripts)
await writeFile(join(DIST, 'manifest.json'), JSON.stringify(manifest, null, 2))
