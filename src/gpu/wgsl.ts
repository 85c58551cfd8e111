// Puts a compute shader together from a .wgsl file and the library snippets it names.
// A line `// @use NAME` is replaced by the snippet given for NAME; `enable` lines move to the top.

/** Assembles one shader. Each `// @use NAME` must be given, and each given snippet must be used. */
export function assembleShader(source: string, snippets: Readonly<Record<string, string>> = {}): string {
  const used = new Set<string>();
  const body = source.replace(/^\/\/ @use (\w+)$/gm, (_, name: string) => {
    const snippet = snippets[name];
    if (snippet === undefined) throw new Error(`shader needs the snippet ${name}`);
    used.add(name);
    return snippet;
  });
  for (const name of Object.keys(snippets)) {
    if (!used.has(name)) throw new Error(`shader has no line "// @use ${name}"`);
  }
  const directives = new Set<string>();
  const rest = body.replace(/^(?:enable|requires) [^;]+;$/gm, (line) => {
    directives.add(line);
    return '';
  });
  return [...directives, rest].join('\n');
}

/**
 * Writes out the loops `for (var i = 0u; i < NAME; i++) { … }` over the given counts. Drivers keep an array in registers where all its
 * places are known when they compile, and elsewhere in memory.
 */
export function unrollLoops(code: string, counts: Readonly<Record<string, number>>): string {
  const names = Object.keys(counts).join('|');
  if (!names) return code;
  const loop = new RegExp(`for ?\\(var (\\w+) ?= ?0u; ?\\1 ?< ?(${names}); ?\\1\\+\\+\\) ?\\{`);
  let unrolled = code;
  for (let found = loop.exec(unrolled); found; found = loop.exec(unrolled)) {
    const [head, variable = '', name = ''] = found;
    const begin = found.index + head.length;
    const end = closingBrace(unrolled, begin);
    const body = unrolled.slice(begin, end);
    const place = new RegExp(`\\b${variable}\\b`, 'g');
    const turns = Array.from({ length: counts[name] ?? 0 }, (_, i) => `{${body.replace(place, `${i}u`)}}`);
    unrolled = unrolled.slice(0, found.index) + turns.join('\n') + unrolled.slice(end + 1);
  }
  return unrolled;
}

/** Where the block ends that `begin` lies in. */
function closingBrace(code: string, begin: number): number {
  let depth = 1;
  for (let at = begin; at < code.length; at++) {
    if (code[at] === '{') depth++;
    if (code[at] === '}' && --depth === 0) return at;
  }
  throw new Error('a loop of a shader has no end');
}
