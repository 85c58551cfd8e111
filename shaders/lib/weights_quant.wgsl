// Weights as unsigned integers of BITS bits with a scale per GROUP along the row (src/quant/format.ts, src/quant/packed.ts).
// All quants first, then all scales. K8 is the row's width in units of 8.
// BITS, GROUP, ASYMMETRIC (0 or 1)
const SPAN = 128u / BITS; // weights in 16 bytes
const SPAN_VECTORS = SPAN / 4u;
const ZERO = select(128.0, 8.0, BITS == 4u) * f32(1u - ASYMMETRIC);
const MAGIC = 0x4b000000u; // 2^23: an integer below it, put into its low bits, is that many more

override QUANT_WORDS: u32 = K8 * BITS / 4u; // of a row
override SCALE_WORDS: u32 = (K8 * 8u / GROUP + 1u - ASYMMETRIC) / (2u - ASYMMETRIC);

struct Eight { lo: vec4f, hi: vec4f }

fn weight_rows() -> u32 {
  return arrayLength(&weight) * 4u / (QUANT_WORDS + SCALE_WORDS);
}

// The word with the scale, and which half of it that is; with ASYMMETRIC the halves are scale and offset.
struct ScaleWord { word: u32, half: u32 }

fn scale_word(row: u32, group: u32) -> ScaleWord {
  let at = weight_rows() * QUANT_WORDS + row * SCALE_WORDS + select(group / 2u, group, ASYMMETRIC == 1u);
  return ScaleWord(weight[at / 4u][at % 4u], group & 1u);
}

// What a quant is multiplied with, and what is added.
fn scale_of(from_word: ScaleWord) -> vec2f {
  let pair = unpack2x16float(from_word.word);
  if (ASYMMETRIC == 1u) {
    return pair;
  }
  return vec2f(select(pair.x, pair.y, from_word.half == 1u), 0.0);
}

// The four lowest BITS of each byte, less the zero point.
fn bytes_of(word: u32) -> vec4f {
  let bytes = (vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u((1u << BITS) - 1u);
  return bitcast<vec4f>(bytes | vec4u(MAGIC)) - (8388608.0 + ZERO);
}

// Eight consecutive weights in two steps: the load, and what is made of it.
struct Raw { quants: vec2u, scale: ScaleWord }

fn raw_unit(row: u32, unit: u32) -> Raw {
  let scale = scale_word(row, unit * 8u / GROUP);
  if (BITS == 4u) {
    let at = row * QUANT_WORDS + unit;
    return Raw(vec2u(weight[at / 4u][at % 4u], 0u), scale);
  }
  let words = weight[row * (QUANT_WORDS / 4u) + unit / 2u];
  return Raw(select(words.xy, words.zw, (unit & 1u) == 1u), scale);
}

fn eight_of(raw: Raw) -> Eight {
  let scale = scale_of(raw.scale);
  let high = select(raw.quants.y, raw.quants.x >> 4u, BITS == 4u);
  return Eight(bytes_of(raw.quants.x) * scale.x + scale.y, bytes_of(high) * scale.x + scale.y);
}

// Eight consecutive weights; `unit` counts eights from the first row on.
fn weight_unit(unit: u32) -> Eight {
  return eight_of(raw_unit(unit / K8, unit % K8));
}

// 16 bytes of a row's quants, and where their scale is.
struct Span { quants: vec4u, scale: ScaleWord }

fn weight_span(row: u32, span: u32) -> Span {
  return Span(weight[row * (QUANT_WORDS / 4u) + span], scale_word(row, span * SPAN / GROUP));
}
