// A Vite plugin for builds: shaders without comments, without spaces that mean nothing and with short names, as minified scripts have
// them. A page would download the rest for nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

const SNIPPET = /^\/\/ @use \w+$/;
/** What assembleShader looks for at the beginning of a line. */
const OWN_LINE = /^(?:\/\/ @use|enable|requires) /;

/** @param {string} line */
function slimLine(line) {
  return (
    line
      .replace(/\/\/.*$/, '')
      .trim()
      .replace(/ ?([,;:{}()]) ?/g, '$1')
      // Only between names, numbers and brackets, where no other token can come of it; `<` and `>` may also be template lists.
      .replace(/(?<=[\w)\]]) ?([-+*/%|&^=!]?=|&&|\|\||->|[-+*/%]) ?(?=[\w(])/g, '$1')
  );
}

/**
 * A shader without comments, indentation and needless spaces and line breaks; the lines that assembleShader replaces or moves stay.
 * @param {string} source
 */
export function slimWgsl(source) {
  return source
    .split('\n')
    .map((line) => (SNIPPET.test(line) ? line : slimLine(line)))
    .filter((line) => line !== '')
    .reduce((text, line, i, lines) => {
      const before = lines[i - 1] ?? '';
      const isJoined = i === 0 || (/[;{},]$/.test(before) && !OWN_LINE.test(before) && !OWN_LINE.test(line));
      return text + (isJoined ? '' : '\n') + line;
    }, '');
}

/** WGSL's own words: keywords, types, attributes, built-in values and functions. A name of ours that is one of them stays. */
const OWN_WORDS = new Set(
  `i8 u8 alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop override requires
  return struct switch true var while array atomic bool f16 f32 i32 u32 ptr sampler mat2x2 mat2x3 mat2x4 mat3x2 mat3x3 mat3x4 mat4x2 mat4x3 mat4x4
  mat2x2f mat3x3f mat4x4f vec2 vec3 vec4 vec2f vec3f vec4f vec2h vec3h vec4h vec2i vec3i vec4i vec2u vec3u vec4u read write read_write function
  private workgroup uniform storage align binding builtin compute fragment group id interpolate invariant location must_use size vertex
  workgroup_size global_invocation_id local_invocation_id local_invocation_index workgroup_id num_workgroups subgroup_id subgroup_invocation_id
  subgroup_size abs acos all any arrayLength asin atan atan2 atomicAdd atomicAnd atomicExchange atomicLoad atomicMax atomicMin atomicOr atomicStore
  atomicSub atomicXor bitcast ceil clamp cos cosh countLeadingZeros countOneBits countTrailingZeros cross degrees determinant distance dot
  dot4I8Packed dot4U8Packed exp exp2 extractBits faceForward firstLeadingBit firstTrailingBit floor fma fract frexp insertBits inverseSqrt ldexp
  length log log2 max min mix modf normalize pack2x16float pack4x8snorm pack4x8unorm pack4xI8 pack4xU8 pow quantizeToF16 radians reflect refract
  reverseBits round saturate select sign sin sinh smoothstep sqrt step storageBarrier tan tanh transpose trunc unpack2x16float unpack4x8snorm
  unpack4x8unorm unpack4xI8 unpack4xU8 workgroupBarrier workgroupUniformLoad subgroups subgroup_matrix_left subgroup_matrix_right
  subgroup_matrix_result row_major col_major packed_4x8_integer_dot_product chromium_experimental_subgroup_matrix main`.split(
    /\s+/,
  ),
);
const OWN_PREFIX = /^(?:subgroup|quad|texture)[A-Z]/;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const NAME = /[A-Za-z_]\w*/g;
const DECLARED = [
  /\b(?:fn|let|const|struct|alias|override|var(?:<[^>]*>)?) ?([A-Za-z_]\w*)/g,
  // Parameters and members.
  /[({,]([A-Za-z_]\w*):/g,
];

/** @param {string} text @param {(name: string) => string} rename */
function renameIn(text, rename) {
  return text
    .split('\n')
    .map((line) => (OWN_LINE.test(line) ? line : line.replace(NAME, rename)))
    .join('\n');
}

/**
 * Short names for what shaders declare, the same in all of them, as they are put together from each other's text.
 * @param {readonly string[]} shaders without comments
 * @param {ReadonlySet<string>} kept words that others know: those of the package's TypeScript, which sets constants by name
 * @returns {Map<string, string>}
 */
export function shortNames(shaders, kept) {
  const text = shaders.join('\n');
  const counts = new Map();
  for (const [word] of text.matchAll(NAME)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const isOurs = (/** @type {string} */ name) =>
    name.length > 2 && !OWN_WORDS.has(name) && !OWN_PREFIX.test(name) && !(kept.has(name) && !/[a-z]/.test(name));
  const declared = new Set(DECLARED.flatMap((pattern) => Array.from(text.matchAll(pattern), ([, name]) => name ?? '')));
  const names = [...declared].filter(isOurs).sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));
  // Of a letter and a number, types alone are words of WGSL.
  const numbers = ['', ...Array(100).keys()];
  const shorts = numbers.flatMap((number) => [...LETTERS].map((letter) => `${letter}${number}`));
  const free = shorts.filter((short) => !counts.has(short) && !OWN_WORDS.has(short));
  if (free.length < names.length) throw new Error('there are more names than short ones');
  return new Map(names.map((name, i) => [name, free[i] ?? name]));
}

/** All files of a folder with this ending. @param {string} folder @param {string} ending */
function textsOf(folder, ending) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending));
  return files.sort().map((file) => readFileSync(resolve(folder, file), 'utf8'));
}

/** The short names of this package's shaders. @returns {Map<string, string>} */
export function packageNames() {
  const words = textsOf(resolve(ROOT, 'src'), '.ts').flatMap((text) => text.match(NAME) ?? []);
  return shortNames(textsOf(resolve(ROOT, 'shaders'), '.wgsl').map(slimWgsl), new Set(words));
}

/** A shader as the package has it. @param {string} source @param {ReadonlyMap<string, string>} names */
export function packedWgsl(source, names) {
  return renameIn(slimWgsl(source), (name) => names.get(name) ?? name);
}

/** @param {'build' | 'serve'} apply @returns {import('vite').Plugin} */
export function slimShaders(apply = 'build') {
  /** @type {Map<string, string> | undefined} */
  let names;
  return {
    name: 'slim-shaders',
    apply,
    enforce: 'pre',
    load(id) {
      const [file = '', query] = id.split('?');
      if (query !== 'raw' || !file.endsWith('.wgsl')) return null;
      names ??= packageNames();
      return `export default ${JSON.stringify(packedWgsl(readFileSync(file, 'utf8'), names))};`;
    },
  };
}
