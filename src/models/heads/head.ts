// What comes after the final norm: nothing, the language-modelling head, or one of the classifiers that every family shares
// (transformers 5.17, modeling_layers.py: GenericForSequenceClassification and its siblings).
import type { Fields } from '../../formats/fields.ts';
import { type MatrixSpec, matrix, type VectorSpec, vector } from '../../graph/weights.ts';
import type { Classification, ProblemType, Task } from '../model.ts';

export interface Head {
  /** Undefined in the base model. */
  weight: MatrixSpec | undefined;
  bias?: VectorSpec | undefined;
  /** Logits per row. */
  width: number;
  classification: Classification | undefined;
}

const PROBLEM_TYPES: readonly ProblemType[] = [
  'regression',
  'single_label_classification',
  'multi_label_classification',
];

interface HeadParts {
  /** The token embeddings, [V, M] */
  table: MatrixSpec;
  tied: boolean;
}

/** The head of a task. */
export function readHead(config: Fields, task: Task, { table, tied }: HeadParts): Head {
  const { rows: vocabSize, width: hiddenSize } = table;
  const linear = (name: string, rows: number, bias: boolean): Head => ({
    weight: matrix([{ tensor: `${name}.weight`, rows }], hiddenSize, { role: 'token' }),
    bias: bias ? vector([{ tensor: `${name}.bias`, rows }]) : undefined,
    width: rows,
    classification: undefined,
  });
  switch (task) {
    case 'base':
      return { weight: undefined, width: 0, classification: undefined };
    case 'causal': {
      const own = () => matrix([{ tensor: 'lm_head.weight', rows: vocabSize }], hiddenSize, { role: 'token' });
      return { weight: tied ? table : own(), width: vocabSize, classification: undefined };
    }
    case 'sequence-classification':
    case 'token-classification': {
      const classification = readClassification(config);
      const head = linear('score', classification.labels.length, task === 'token-classification');
      return { ...head, classification };
    }
    case 'question-answering':
      return linear('qa_outputs', 2, true);
    default:
      return task satisfies never;
  }
}

/** Labels from `id2label`, else `LABEL_i` for `num_labels`, else two. */
function readClassification(config: Fields): Classification {
  const names = config.object('id2label');
  const count = names ? names.names().length : config.int('num_labels', { default: 2, min: 1 });
  return {
    labels: Array.from({ length: count }, (_, i) => (names ? names.string(String(i)) : `LABEL_${i}`)),
    problemType: config.oneOf('problem_type', PROBLEM_TYPES, { default: undefined }),
    padTokenId: config.int('pad_token_id', { default: undefined }),
  };
}

/** Tensors of heads that another task's checkpoint may carry along. */
export function ignoresHead(tensor: string, task: Task, tied: boolean): boolean {
  if (tensor === 'lm_head.weight') return task !== 'causal' || tied;
  return task === 'base' && (tensor.startsWith('score.') || tensor.startsWith('qa_outputs.'));
}
