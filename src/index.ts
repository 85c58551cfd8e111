// The public names of intab.

export { AutoConfig, type PretrainedConfig } from './api/auto-config.ts';
export {
  AutoModel,
  AutoModelForCausalLM,
  AutoModelForQuestionAnswering,
  AutoModelForSequenceClassification,
  AutoModelForTokenClassification,
  CausalLM,
  type GenerateInputs,
  PreTrainedModel,
} from './api/auto-model.ts';
export { AutoTokenizer } from './api/auto-tokenizer.ts';
export type { AggregationStrategy, EntityGroup, TokenEntity } from './api/entities.ts';
export type { FeatureExtractionOptions, FeatureExtractionPipeline, Pooling } from './api/feature-extraction.ts';
export type { GenerationOptions } from './api/generation-config.ts';
export { type GpuInfo, gpuInfo } from './api/gpu-info.ts';
export { LlamaTokenizer, type LlamaTokenizerOptions, type LlamaVocabulary } from './api/llama-tokenizer.ts';
export type { LoadOptions } from './api/load.ts';
export { type CacheEstimate, modelCache } from './api/model-cache.ts';
export { type ModelPlan, type ModelPlanOptions, planModel } from './api/model-plan.ts';
export { type Pipelines, pipeline, type TaskOf } from './api/pipeline.ts';
export type { PipelineOptions, PipelineTask, TaskAlias } from './api/pipeline-options.ts';
export type { ProgressCallback, ProgressEvent } from './api/progress-events.ts';
export type { AnswerSpan, QuestionAnsweringOptions, QuestionAnsweringPipeline } from './api/question-answering.ts';
export type { LabelScore, TextClassificationOptions, TextClassificationPipeline } from './api/text-classification.ts';
export type {
  FinishReason,
  GeneratedText,
  GenerationStats,
  TextGenerationOptions,
  TextGenerationPipeline,
  TextInput,
} from './api/text-generation.ts';
export type { TokenClassificationOptions, TokenClassificationPipeline } from './api/token-classification.ts';
export type {
  ZeroShotClassificationPipeline,
  ZeroShotOptions,
  ZeroShotResult,
} from './api/zero-shot-classification.ts';
export * from './errors.ts';
export { type Gpu, type GpuOptions, type OptionalFeature, openGpu } from './gpu/device.ts';
export type { CachedFileInfo, CachedModel } from './hub/cached-models.ts';
export type { ModelLocation, SourceOptions } from './hub/open-source.ts';
export type { ForwardInputs, ForwardOutputs } from './runtime/forward.ts';
export { Tensor } from './runtime/tensor.ts';
export type { KernelKnobs } from './runtime/tuner.ts';
export type { ChatMessage } from './tokenizer/chat-template.ts';
export { Tokenizer } from './tokenizer/tokenizer.ts';
