// The sampling settings of one generation, written once before it starts: twin of src/kernels/sampling.ts.
struct Sampling {
  temperature: f32, // divides the scores; 1 leaves them
  repetition_penalty: f32, // 1 leaves them
  top_k: u32, // 0 keeps all
  top_p: f32, // 1 keeps all
  min_p: f32, // 0 keeps all
  noise: f32, // 1 samples, 0 takes the maximum
  seed: u32,
  reserved: u32,
}
const REMOVED = -3.0e38; // score of a token that may not be drawn
