// Eight consecutive weights stored as f32: two 16-byte loads.
const WEIGHT_VECTORS = 2u;
struct Eight { lo: vec4f, hi: vec4f }
struct Raw { lo: vec4u, hi: vec4u }
fn raw_at(unit: u32) -> Raw { return Raw(weight[2u * unit], weight[2u * unit + 1u]); }
fn eight_of(raw: Raw) -> Eight { return Eight(bitcast<vec4f>(raw.lo), bitcast<vec4f>(raw.hi)); }
