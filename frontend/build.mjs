// Builds motcua/web/static/: one style, one script, the fonts and the mark, each under a name that
// holds its own hash (so that a browser may keep it for a year), each compressed beforehand.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { compile } from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const fonts = join(here, '../motcua/web/fonts')
const target = join(here, '../motcua/web/static')
const names = {}

function put (name, bytes) {
  const kind = extname(name)
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10)
  names[name] = `${basename(name, kind)}.${hash}${kind}`
  const path = join(target, names[name])
  writeFileSync(path, bytes)
  if (kind === '.woff2') return // already brotli inside
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  }))
}

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })

for (const font of readdirSync(fonts).filter((name) => name.endsWith('.woff2'))) {
  put(font, readFileSync(join(fonts, font)))
}
put('mark.svg', readFileSync(join(here, 'mark.svg')))

const { css } = compile(join(here, 'main.scss'), {
  style: 'compressed',
  loadPaths: [join(here, 'node_modules')],
  quietDeps: true
})
const style = css.replace(/url\("?([\w.-]+\.woff2)"?\)/g, (_, name) => `url(${names[name]})`)
put('main.css', Buffer.from(style))

const { outputFiles } = buildSync({
  entryPoints: [join(here, 'main.js')],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2020',
  legalComments: 'none',
  write: false
})
put('main.js', Buffer.from(outputFiles[0].contents))

writeFileSync(join(target, 'names.json'), JSON.stringify(names, null, 2))
