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
