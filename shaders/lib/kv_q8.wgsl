// KV cache of 8-bit integers with a scale for every 32 elements of a row, which is a slot of one head: x = (u − 128) · scale.
// A row is its UNITS words of four integers, then its scales in f32. Four elements come in two steps: the load, and kv_unpack.
alias KvElement = u32;
struct KvVector { quants: u32, scale: f32 }

const SHARERS = 8u; // units that share a scale
const KV_PITCH = UNITS + (UNITS + SHARERS - 1u) / SHARERS;
const MAGIC = 0x4b000000u; // 2^23: an integer below it, put into its low bits, is that many more

fn quants_at(row: u32, unit: u32) -> u32 { return row * KV_PITCH + unit; }
fn scale_at(row: u32, unit: u32) -> u32 { return row * KV_PITCH + UNITS + unit / SHARERS; }

fn load_key(row: u32, unit: u32) -> KvVector {
  return KvVector(keys[quants_at(row, unit)], bitcast<f32>(keys[scale_at(row, unit)]));
}

fn load_value(row: u32, unit: u32) -> KvVector {
  return KvVector(values[quants_at(row, unit)], bitcast<f32>(values[scale_at(row, unit)]));
}

fn kv_unpack(stored: KvVector) -> vec4f {
  let bytes = (vec4u(stored.quants) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
  return (bitcast<vec4f>(bytes | vec4u(MAGIC)) - (8388608.0 + 128.0)) * stored.scale;
}

fn kv_pack(value: vec4f, scale: f32) -> KvElement {
  let bytes = vec4u(round(value / scale) + 128.0);
  return bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
}
